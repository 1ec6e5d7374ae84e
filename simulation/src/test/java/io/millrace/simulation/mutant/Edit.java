package io.millrace.simulation.mutant;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One place of a class where a bug is planted: all matching instructions of a method, or its
/// beginning. What was there stays beside it, for all runs in which the bug sleeps.
///
/// @param owner the class
/// @param method its name; lambdas in it count as part of it
record Edit(String owner, String method, What what) {

  /// What is wrong there.
  private sealed interface What {
    record Instructions(Bug bug) implements What {}

    /// The method returns at once; null for zero.
    record Returns(@Nullable Object result) implements What {}

    /// The method takes a constant for a parameter that it was given.
    record Takes(int slot, Object value) implements What {}

    /// The method takes one parameter for another, both longs.
    record Confuses(int slot, int with) implements What {}
  }

  private static final ClassDesc PLANTED = ClassDesc.of(Planted.class.getName());

  /// The beginning of a sentence: where, and then what.
  record Place(String owner, String method) {

    /// The method does nothing.
    Edit isEmpty() {
      return new Edit(owner, method, new What.Returns(null));
    }

    /// The method does nothing and returns that.
    Edit returns(Object result) {
      return new Edit(owner, method, new What.Returns(result));
    }

    /// Whatever it is given as that parameter, it works with `value`.
    ///
    /// @param slot local variable of the parameter: this is 0, a long takes two
    /// @param value an Integer or a Long
    Edit assumes(int slot, Object value) {
      return new Edit(owner, method, new What.Takes(slot, value));
    }

    /// Takes the long parameter in slot `with` for that in `slot`.
    Edit confuses(int slot, int with) {
      return new Edit(owner, method, new What.Confuses(slot, with));
    }

    Edit doesNotCall(String name) {
      return with(new Bug.NotCalled(name, null));
    }

    /// Does not call it, and goes on as if it had returned that.
    Edit takes(String name, Object result) {
      return with(new Bug.NotCalled(name, result));
    }

    Edit ignores(String name, Object result) {
      return with(new Bug.ResultIgnored(name, result));
    }

    Edit isOff(String name, long by) {
      return with(new Bug.ResultOff(name, by));
    }

    Edit calls(String instead, String name) {
      return with(new Bug.OtherCalled(name, instead));
    }

    Edit passes(Object last, String name) {
      return with(new Bug.LastArgument(name, last));
    }

    Edit doesNotStore(String field) {
      return with(new Bug.NotStored(field));
    }

    Edit says(String instead, String constant) {
      return with(new Bug.OtherConstant(constant, instead));
    }

    private Edit with(Bug bug) {
      return new Edit(owner, method, new What.Instructions(bug));
    }
  }

  /// @param owner a class of ours, without `io.millrace.`
  static Place in(String owner, String method) {
    return new Place("io.millrace." + owner, method);
  }

  /// @param owner a class of Kafka's, without `org.apache.kafka.`
  static Place inKafka(String owner, String method) {
    return new Place("org.apache.kafka." + owner, method);
  }

  /// Plants the bug.
  ///
  /// @param number that wakes it
  /// @throws IllegalStateException when the class has no such place (any more)
  byte[] plant(byte[] classFile, int number) {
    ClassFile format = ClassFile.of();
    ClassModel before = format.parse(classFile);
    int[] places = {0};
    byte[] after =
        format.transformClass(
            before,
            (classBuilder, element) -> {
              if (element instanceof MethodModel candidate && isIn(candidate)) {
                classBuilder.transformMethod(
                    candidate, MethodTransform.transformingCode(in(candidate, number, places)));
              } else {
                classBuilder.with(element);
              }
            });
    if (places[0] == 0) {
      throw new IllegalStateException("nothing to plant any more: " + this);
    }
    return after;
  }

  private boolean isIn(MethodModel candidate) {
    String name = candidate.methodName().stringValue();
    return name.equals(method) || name.startsWith("lambda$" + method + "$");
  }

  private CodeTransform in(MethodModel body, int number, int[] places) {
    return what instanceof What.Instructions(Bug bug)
        ? atInstructions(bug, number, places)
        : atStart(body, number, places);
  }

  private CodeTransform atInstructions(Bug planted, int number, int[] places) {
    return (code, element) -> {
      if (planted.isAt(element)) {
        places[0]++;
        either(code, number, wrong -> planted.write(wrong, element), right -> right.with(element));
      } else {
        code.with(element);
      }
    };
  }

  private CodeTransform atStart(MethodModel body, int number, int[] places) {
    return CodeTransform.ofStateful(() ->
        new CodeTransform() {
          @Override
          public void atStart(CodeBuilder code) {
            places[0]++;
            Label sound = code.newLabel();
            whenAwake(code, number, sound);
            begin(code, body);
            code.labelBinding(sound);
          }

          @Override
          public void accept(CodeBuilder code, CodeElement element) {
            code.with(element);
          }
        });
  }

  private static void whenAwake(CodeBuilder code, int number, Label otherwise) {
    code.getstatic(PLANTED, "awake", ConstantDescs.CD_int);
    code.loadConstant(number);
    code.if_icmpne(otherwise);
  }

  private static void either(
      CodeBuilder code, int number, Consumer<CodeBuilder> wrong, Consumer<CodeBuilder> right) {
    Label sound = code.newLabel();
    Label end = code.newLabel();
    whenAwake(code, number, sound);
    wrong.accept(code);
    code.goto_(end);
    code.labelBinding(sound);
    right.accept(code);
    code.labelBinding(end);
  }

  private void begin(CodeBuilder code, MethodModel body) {
    switch (what) {
      case What.Returns(Object result) -> {
        ClassDesc type = body.methodTypeSymbol().returnType();
        Bug.push(code, type, result);
        code.return_(TypeKind.from(type));
      }
      case What.Takes(int slot, Long value) -> code.loadConstant(value).lstore(slot);
      case What.Takes(int slot, Object value) ->
          code.loadConstant(((Integer) value).intValue()).istore(slot);
      case What.Confuses(int slot, int with) -> code.lload(with).lstore(slot);
      case What.Instructions _ -> throw new IllegalStateException("not at the beginning");
    }
  }
}
