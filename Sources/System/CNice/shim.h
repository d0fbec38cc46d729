#ifndef CONSULT_CNICE_SHIM_H
#define CONSULT_CNICE_SHIM_H

// libnice is configured through GObject properties, which are variadic C, and reports through signals,
// which are macros. Swift imports neither, so they are spelled out here.

#include <nice/agent.h>
#include <stun/stunagent.h>
#include <stun/usages/ice.h>
#include <gio/gio.h>

static inline NiceAgent *cn_agent_new(GMainContext *context, gboolean ice_tcp, guint initial_rto_ms, guint pacing_ms) {
  NiceAgent *agent = nice_agent_new_full(context, NICE_COMPATIBILITY_RFC5245, NICE_AGENT_OPTION_ICE_TRICKLE);
  if (agent)
    g_object_set(agent, "upnp", FALSE, "ice-tcp", ice_tcp, "ice-udp", TRUE, "keepalive-conncheck", FALSE,
                 "stun-initial-timeout", initial_rto_ms, "stun-pacing-timer", pacing_ms, "controlling-mode", FALSE, NULL);
  return agent;
}

static inline void cn_agent_set_controlling(NiceAgent *agent, gboolean controlling) {
  g_object_set(agent, "controlling-mode", controlling, NULL);
}

static inline gboolean cn_agent_is_controlling(NiceAgent *agent) {
  gboolean controlling = FALSE;
  g_object_get(agent, "controlling-mode", &controlling, NULL);
  return controlling;
}

/// Whether the agent checks a selected pair by requests, and gives it up when they are not answered.
static inline void cn_agent_keep_checking(NiceAgent *agent, gboolean checks) {
  g_object_set(agent, "keepalive-conncheck", checks, NULL);
}

static inline void cn_agent_set_stun_server(NiceAgent *agent, const char *address, guint port) {
  g_object_set(agent, "stun-server", address, "stun-server-port", port, NULL);
}

static inline gulong cn_connect(void *instance, const char *signal, void (*handler)(void), void *context) {
  return g_signal_connect_data(instance, signal, G_CALLBACK(handler), context, NULL, (GConnectFlags)0);
}

static inline void cn_disconnect_all(void *instance, void *context) {
  g_signal_handlers_disconnect_matched(instance, G_SIGNAL_MATCH_DATA, 0, 0, NULL, NULL, context);
}

static inline void cn_unref(void *object) { g_object_unref(object); }

#endif
