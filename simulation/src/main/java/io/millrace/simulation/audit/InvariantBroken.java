package io.millrace.simulation.audit;

/// Something that must always hold did not: a run's failure.
public final class InvariantBroken extends AssertionError {
  private static final long serialVersionUID = 1L;

  private final String invariant;

  /// @param invariant the class of the audit, or a name of DESIGN's list
  public InvariantBroken(String invariant, String what) {
    super(invariant + ": " + what);
    this.invariant = invariant;
  }

  public String invariant() {
    return invariant;
  }
}
