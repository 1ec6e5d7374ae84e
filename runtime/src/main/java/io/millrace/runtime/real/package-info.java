/// The real world: Netty's event loops and sockets, NIO's files, the kernel.
///
/// **Loops.** [RealWorld] runs a few [NettyLoop]s (native epoll on Linux, NIO elsewhere). A
/// connection lives on one of them for good: bytes are received, answered and sent there, without a
/// handoff to any other thread. A [ThreadLoop] is for the few parts that block by nature.
///
/// **Receiving.** A read goes straight into a 256 KiB buffer that belongs to the loop and is lent
/// to the connection ([ReceiveMemory], [LoopMemory]): a frame that is not complete stays where it
/// is and the next read continues behind it, so that bulk data is never copied on its way from the
/// socket to the file. Netty's usual cumulators copy split frames, which costs a quarter more CPU.
/// A connection with nothing unfinished holds no buffer at all.
///
/// **Sending.** Answers are encoded into the connection's output buffer and leave with one send a
/// read burst; file slices leave by `sendfile` ([Output], [SliceRegion]). The output hands Netty
/// about a megabyte at a time and keeps the rest itself, so that residency is judged right before
/// sending and a slow reader costs queue entries, not buffers.
///
/// **Cold pages.** `sendfile` from a page that is not cached blocks the loop and with it all its
/// connections. A slice that its owner marks as recent is sent at once, and so is one that was
/// appended through the same handle a moment ago. Any other is probed with `mincore` over a mapping
/// of the file that is never touched ([RawFile]): no page faults, any kernel, one call of 10 to 20
/// µs a megabyte (`cachestat` needs Linux 6.5 and an open descriptor a file). A slice that is not
/// resident is read by a small pool ([ColdReads]) and sent when that is done; the answers behind it
/// wait, so the order stays.
///
/// **Files.** Positional reads and writes; appends by `pwrite` through the FFM API from direct
/// memory, never through a mapping (five times the CPU). See [NioFile].
///
/// May use Netty, NIO, threads and the native linker; nobody but the shells that assemble a node
/// names this package.
@NullMarked
package io.millrace.runtime.real;

import org.jspecify.annotations.NullMarked;
