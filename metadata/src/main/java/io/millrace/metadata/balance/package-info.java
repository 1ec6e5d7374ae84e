/// Where replicas and leaders should lie: a pure function from a cluster's layout to a plan.
///
/// [io.millrace.metadata.balance.Balancer] takes a [io.millrace.metadata.balance.Layout] and says
/// which partitions should change and why; it asks nobody and changes nothing. Equal layouts give
/// equal plans, and a plan that was carried out leaves nothing to plan.
///
/// Called by `millrace partition balance`, `millrace broker drain` and, where `balancer.mode` says
/// so, by [io.millrace.metadata.balance.AutomaticBalancer] on the active controller's node. That
/// one takes sizes, disks and, from how sizes grow ([io.millrace.metadata.balance.TrafficMeter]),
/// traffic from the brokers ([io.millrace.metadata.balance.DirectorySurvey]), decides
/// ([io.millrace.metadata.balance.BalanceStep]) and gives
/// [io.millrace.metadata.balance.BalanceOrders].
///
/// Immutable records outside, one mutable [io.millrace.metadata.balance.Assignment] inside.
@NullMarked
package io.millrace.metadata.balance;

import org.jspecify.annotations.NullMarked;
