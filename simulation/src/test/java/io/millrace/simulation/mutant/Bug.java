package io.millrace.simulation.mutant;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is done wrongly at one place of a method. Leaves the operand stack as the right code would.
sealed interface Bug {

  /// Whether the place is this instruction.
  boolean isAt(CodeElement instruction);

  /// The wrong code in place of the instruction.
  void write(CodeBuilder code, CodeElement instruction);

  /// The call of that name, `method` or `Class.method`.
  private static @Nullable InvokeInstruction call(CodeElement element, String name) {
    if (!(element instanceof InvokeInstruction call)) {
      return null;
    }
    String method = call.name().stringValue();
    String owner = call.owner().asInternalName();
    String simple = owner.substring(Math.max(owner.lastIndexOf('/'), owner.lastIndexOf('$')) + 1);
    return name.equals(method) || name.equals(simple + "." + method) ? call : null;
  }

  private static InvokeInstruction call(CodeElement element) {
    return (InvokeInstruction) element;
  }

  /// The call is not made.
  ///
  /// @param result what it seems to return; null for a null, or where it returns nothing
  record NotCalled(String name, @Nullable Object result) implements Bug {
    @Override
    public boolean isAt(CodeElement instruction) {
      return call(instruction, name) != null;
    }

    @Override
    public void write(CodeBuilder code, CodeElement instruction) {
      InvokeInstruction call = call(instruction);
      popArguments(code, call);
      push(code, call.typeSymbol().returnType(), result);
    }
  }

  /// The call is made, and what it returns is not believed.
  record ResultIgnored(String name, Object result) implements Bug {
    @Override
    public boolean isAt(CodeElement instruction) {
      return call(instruction, name) != null;
    }

    @Override
    public void write(CodeBuilder code, CodeElement instruction) {
      code.with(instruction);
      ClassDesc type = call(instruction).typeSymbol().returnType();
      pop(code, type);
      push(code, type, result);
    }
  }

  /// The call returns so much more.
  record ResultOff(String name, long by) implements Bug {
    @Override
    public boolean isAt(CodeElement instruction) {
      return call(instruction, name) != null;
    }

    @Override
    public void write(CodeBuilder code, CodeElement instruction) {
      code.with(instruction);
      if (TypeKind.from(call(instruction).typeSymbol().returnType()) == TypeKind.LONG) {
        code.loadConstant(by).ladd();
      } else {
        code.loadConstant((int) by).iadd();
      }
    }
  }

  /// Another method of the same class and form is called.
  record OtherCalled(String name, String instead) implements Bug {
    @Override
    public boolean isAt(CodeElement instruction) {
      return call(instruction, name) != null;
    }

    @Override
    public void write(CodeBuilder code, CodeElement instruction) {
      InvokeInstruction call = call(instruction);
      code.invoke(
          call.opcode(), call.owner().asSymbol(), instead, call.typeSymbol(), call.isInterface());
    }
  }

  /// The call gets another last argument.
  record LastArgument(String name, Object argument) implements Bug {
    @Override
    public boolean isAt(CodeElement instruction) {
      return call(instruction, name) != null;
    }

    @Override
    public void write(CodeBuilder code, CodeElement instruction) {
      ClassDesc type = call(instruction).typeSymbol().parameterList().getLast();
      pop(code, type);
      push(code, type, argument);
      code.with(instruction);
    }
  }

  /// A field keeps its value.
  record NotStored(String field) implements Bug {
    @Override
    public boolean isAt(CodeElement instruction) {
      return instruction instanceof FieldInstruction store
          && store.name().equalsString(field)
          && store.opcode() == java.lang.classfile.Opcode.PUTFIELD;
    }

    @Override
    public void write(CodeBuilder code, CodeElement instruction) {
      pop(code, ((FieldInstruction) instruction).typeSymbol());
      code.pop();
    }
  }

  /// Another constant of the same enum is meant.
  record OtherConstant(String name, String instead) implements Bug {
    @Override
    public boolean isAt(CodeElement instruction) {
      return instruction instanceof FieldInstruction read
          && read.name().equalsString(name)
          && read.opcode() == java.lang.classfile.Opcode.GETSTATIC;
    }

    @Override
    public void write(CodeBuilder code, CodeElement instruction) {
      FieldInstruction read = (FieldInstruction) instruction;
      code.getstatic(read.owner().asSymbol(), instead, read.typeSymbol());
    }
  }

  private static void popArguments(CodeBuilder code, InvokeInstruction call) {
    MethodTypeDesc type = call.typeSymbol();
    List<ClassDesc> parameters = type.parameterList();
    for (int i = parameters.size() - 1; i >= 0; i--) {
      pop(code, parameters.get(i));
    }
    if (call.opcode() != java.lang.classfile.Opcode.INVOKESTATIC) {
      code.pop();
    }
  }

  private static void pop(CodeBuilder code, ClassDesc type) {
    switch (TypeKind.from(type).slotSize()) {
      case 1 -> code.pop();
      case 2 -> code.pop2();
      default -> {}
    }
  }

  /// Pushes a value of the type, zero where none is given; an enum's constant by its name.
  static void push(CodeBuilder code, ClassDesc type, @Nullable Object value) {
    switch (TypeKind.from(type)) {
      case VOID -> {}
      case LONG -> code.loadConstant(value == null ? 0L : ((Number) value).longValue());
      case BOOLEAN -> code.loadConstant(Boolean.TRUE.equals(value) ? 1 : 0);
      case INT, SHORT, BYTE, CHAR ->
          code.loadConstant(value == null ? 0 : ((Number) value).intValue());
      case REFERENCE -> {
        if (value instanceof String constant) {
          code.getstatic(type, constant, type);
        } else {
          code.aconst_null();
        }
      }
      case FLOAT, DOUBLE -> throw new IllegalArgumentException("not needed so far: " + type);
    }
  }
}
