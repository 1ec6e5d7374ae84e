/// Kafka frames made once and patched in place, and answers read in place. Speaks the data-plane
/// dialect: after a frame is built, nothing is allocated a request.
///
/// Sources: the request and response schemas of Produce 13, Fetch 18 and the record batch format
/// v2.
@NullMarked
package io.millrace.benchmark.wire;

import org.jspecify.annotations.NullMarked;
