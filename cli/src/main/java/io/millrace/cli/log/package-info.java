/// Offline reading of a data directory's files: segments, indexes, checkpoints.
@NullMarked
package io.millrace.cli.log;

import org.jspecify.annotations.NullMarked;
