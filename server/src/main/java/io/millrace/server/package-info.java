/// A node: its configuration, its listeners and their request path, one handler class an API, and
/// the assembly of all rooms below into something that starts and stops.
///
/// [io.millrace.server.NodeAssembly] is deterministic: it takes a world and never waits, so that
/// the simulator starts the same node. [io.millrace.server.Node] is the shell around it for a
/// process: it gives it the real world and waits.
@NullMarked
package io.millrace.server;

import org.jspecify.annotations.NullMarked;
