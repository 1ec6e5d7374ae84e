/// The rows of the table, a class each: what load, how much of it, and how it is checked.
@NullMarked
package io.millrace.benchmark.row;

import org.jspecify.annotations.NullMarked;
