package io.millrace.metadata;

import org.apache.kafka.common.config.AbstractConfig;

/// What the control plane reads from a node's configuration, under Kafka's names.
///
/// @param config parsed with `AbstractKafkaConfig.CONFIG_DEF`; its originals are the node's static
///   configuration, which the controller takes as the defaults of topic and cluster settings
public record QuorumSettings(AbstractConfig config) {}
