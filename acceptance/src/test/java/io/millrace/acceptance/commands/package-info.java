/// The `millrace` command as scripts use it: its output, exit codes and the processes it leaves.
@org.jspecify.annotations.NullMarked
package io.millrace.acceptance.commands;
