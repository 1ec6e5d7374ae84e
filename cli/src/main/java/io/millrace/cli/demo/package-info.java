/// `millrace demo`: orders flow through a local cluster of three real processes while its nodes are
/// killed, frozen and restarted, and at the end every acknowledged order is accounted for.
///
/// The pieces are small on purpose, so that the story can be read as an example of clients that
/// survive a failover: [io.millrace.cli.demo.Shop] produces, [io.millrace.cli.demo.Fulfilment]
/// consumes, [io.millrace.cli.demo.OrderLedger] judges.
@NullMarked
package io.millrace.cli.demo;

import org.jspecify.annotations.NullMarked;
