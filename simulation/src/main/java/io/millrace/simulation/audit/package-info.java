/// What clients were promised and what they saw, what the nodes hold, and the invariants over both:
/// a class each, named after what must hold. Nothing here sends, draws randomness or changes
/// anything.
@NullMarked
package io.millrace.simulation.audit;

import org.jspecify.annotations.NullMarked;
