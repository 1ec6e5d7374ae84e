/// What this process logs through: a backend of SLF4J, and of the JDK's `System.Logger`, that
/// writes lines to one stream and keeps its levels so that they can be turned up and down.
///
/// It stands in for `java.util.logging`, whose initialization opens every jar of the class path: 40
/// ms and more of a start that has 500 (docs/decisions/0009). The backend is the one state here
/// that is static, since SLF4J's is.
@NullMarked
package io.millrace.cli.logging;

import org.jspecify.annotations.NullMarked;
