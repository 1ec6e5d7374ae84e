/// What the user configured: Kafka's `server.properties` as they are, in typed form, and what the
/// cluster's metadata changes of it while the node runs.
///
/// Names, types, defaults and validators are Kafka's own definitions; what this package adds is
/// their meaning here: which keys are honoured, which mean nothing and are named in a warning, and
/// which stop the start, since ignoring them would weaken security, durability or access to data.
///
/// Two layers. [io.millrace.server.config.NodeConfig] is what the node starts with and never
/// changes. [io.millrace.server.config.EffectiveConfig] is that plus the cluster-wide and
/// per-broker settings of one metadata image; immutable, published whole by
/// [io.millrace.server.config.ConfigView].
@NullMarked
package io.millrace.server.config;

import org.jspecify.annotations.NullMarked;
