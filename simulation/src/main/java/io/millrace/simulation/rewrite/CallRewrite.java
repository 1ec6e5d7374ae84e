package io.millrace.simulation.rewrite;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Set;

/// Replaces, in the code of one class, the calls whose results differ between runs:
///
/// - `Set.of`, `Map.of`, `copyOf`, `ofEntries`, `Collectors.toUnmodifiableSet/Map`: iterate in an
///   order that is salted at each start of the JVM. Their results are put in order.
/// - `UUID.randomUUID`, `ThreadLocalRandom`, `Math.random`: drawn from the run's seed.
/// - `System.currentTimeMillis`, `nanoTime`: read from the virtual clock.
final class CallRewrite {

  private static final ClassDesc TARGET = ClassDesc.of(Deterministic.class.getName());
  private static final ClassDesc SET = ClassDesc.of("java.util.Set");
  private static final ClassDesc MAP = ClassDesc.of("java.util.Map");
  private static final ClassDesc COLLECTOR = ClassDesc.of("java.util.stream.Collector");
  private static final Set<String> MAKES_SET = Set.of("of", "copyOf");
  private static final Set<String> MAKES_MAP = Set.of("of", "copyOf", "ofEntries");
  private static final Set<String> COLLECTS = Set.of("toUnmodifiableSet", "toUnmodifiableMap");

  private CallRewrite() {}

  static byte[] apply(byte[] classFile) {
    ClassFile format = ClassFile.of(ClassFile.StackMapsOption.STACK_MAPS_WHEN_REQUIRED);
    return format.transformClass(
        format.parse(classFile), ClassTransform.transformingMethodBodies(CallRewrite::rewrite));
  }

  private static void rewrite(CodeBuilder code, CodeElement element) {
    if (element instanceof InvokeInstruction call && call.opcode() == Opcode.INVOKESTATIC) {
      String owner = call.owner().asInternalName();
      String name = call.name().stringValue();
      if (owner.equals("java/util/Set") && MAKES_SET.contains(name)) {
        code.with(element).invokestatic(TARGET, "ordered", MethodTypeDesc.of(SET, SET));
        return;
      }
      if (owner.equals("java/util/Map") && MAKES_MAP.contains(name)) {
        code.with(element).invokestatic(TARGET, "ordered", MethodTypeDesc.of(MAP, MAP));
        return;
      }
      if (owner.equals("java/util/stream/Collectors") && COLLECTS.contains(name)) {
        code.with(element).invokestatic(TARGET, "ordered", MethodTypeDesc.of(COLLECTOR, COLLECTOR));
        return;
      }
      if (isReplaced(owner, name)) {
        code.invokestatic(TARGET, name, call.typeSymbol());
        return;
      }
    }
    code.with(element);
  }

  private static boolean isReplaced(String owner, String name) {
    return switch (owner) {
      case "java/util/UUID" -> name.equals("randomUUID");
      case "java/lang/Math" -> name.equals("random");
      case "java/lang/System" -> name.equals("currentTimeMillis") || name.equals("nanoTime");
      default -> false;
    };
  }
}
