/// JMH benchmarks of the hot paths: `mvn -q -Pjmh -pl benchmark -am test-compile
/// -Djmh="BatchValidation -prof gc"`. They lie among the tests so that no distribution holds them;
/// nothing runs them but people.
@NullMarked
package io.millrace.benchmark.jmh;

import org.jspecify.annotations.NullMarked;
