/// Data directories: who they belong to, how an empty one becomes part of a cluster, and when that
/// is refused.
@NullMarked
package io.millrace.metadata.format;

import org.jspecify.annotations.NullMarked;
