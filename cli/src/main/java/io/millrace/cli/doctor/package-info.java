/// `millrace doctor`: what lies in a stopped node's data directories, and what a start would do.
@NullMarked
package io.millrace.cli.doctor;

import org.jspecify.annotations.NullMarked;
