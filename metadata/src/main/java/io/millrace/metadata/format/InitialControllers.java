package io.millrace.metadata.format;

/// Who votes in a freshly formatted quorum.
public sealed interface InitialControllers {

  /// This node alone: `kafka-storage format --standalone`.
  record Standalone() implements InitialControllers {}

  /// The listed controllers: `--initial-controllers`, in Kafka's syntax
  /// `id@host:port:directory-id,…`.
  record Listed(String specification) implements InitialControllers {}

  /// Nobody yet; this node joins a quorum that exists: `--no-initial-controllers`.
  record None() implements InitialControllers {}
}
