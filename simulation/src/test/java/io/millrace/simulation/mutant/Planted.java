package io.millrace.simulation.mutant;

/// Which planted bug is awake. One a class loader; read by rewritten code, set before a run.
public final class Planted {

  /// 0 for none: the code then does what it did before it was rewritten.
  public static int awake;

  private Planted() {}
}
