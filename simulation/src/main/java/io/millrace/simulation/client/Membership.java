package io.millrace.simulation.client;

/// Who a member is to its coordinator.
///
/// @param id the member id; empty before the coordinator has given one
/// @param generation of the classic protocol, or the member epoch of KIP-848
record Membership(String id, int generation) {}
