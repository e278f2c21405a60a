#define _GNU_SOURCE
#include "cniceagent.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <nice/agent.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// The largest UDP payload.
enum { datagram_max = 65507, batch_max = 64 };

struct roost_nice {
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
};

struct roost_nice_peer {
  struct roost_nice *owner;
  NiceAgent *agent;
  GSource *source;
  guint stream;
  // Our end of the socket pair; the loop thread's alone once the source is attached.
  int descriptor;
};

static gpointer run(gpointer data) {
  struct roost_nice *loop = data;
  g_main_context_push_thread_default(loop->context);
  g_main_loop_run(loop->loop);
  g_main_context_pop_thread_default(loop->context);
  return NULL;
}

struct roost_nice *roost_nice_start(void) {
  struct roost_nice *loop = g_try_new0(struct roost_nice, 1);
  if (!loop) return NULL;
  loop->context = g_main_context_new();
  loop->loop = g_main_loop_new(loop->context, FALSE);
  loop->thread = g_thread_try_new("ice", run, loop, NULL);
  if (loop->thread) return loop;
  g_main_loop_unref(loop->loop);
  g_main_context_unref(loop->context);
  g_free(loop);
  return NULL;
}

static gboolean quit(gpointer data) {
  g_main_loop_quit(data);
  return G_SOURCE_REMOVE;
}

void roost_nice_stop(struct roost_nice *loop) {
  // Quitting is the loop's own last task: whatever was asked of it before is done by then, even if the
  // thread has only just begun.
  GSource *source = g_idle_source_new();
  g_source_set_callback(source, quit, loop->loop, NULL);
  g_source_attach(source, loop->context);
  g_source_unref(source);
  g_thread_join(loop->thread);
  g_main_loop_unref(loop->loop);
  g_main_context_unref(loop->context);
  g_free(loop);
}

static void tell(struct roost_nice_peer *peer, unsigned char news) {
  // A full pair loses it, as a full socket loses a datagram; the caller's own time limit ends the wait.
  (void)!send(peer->descriptor, &news, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void changed(NiceAgent *agent, guint stream, guint component, guint state, gpointer data) {
  (void)agent, (void)stream, (void)component;
  if (state == NICE_COMPONENT_STATE_READY) tell(data, ROOST_NICE_READY);
  if (state == NICE_COMPONENT_STATE_FAILED) tell(data, ROOST_NICE_FAILED);
}

static void arrived(
    NiceAgent *agent, guint stream, guint component, guint count, gchar *octets, gpointer data) {
  (void)agent, (void)stream, (void)component;
  struct roost_nice_peer *peer = data;
  // One octet would be news; no protocol here sends so little.
  if (count > 1) (void)!send(peer->descriptor, octets, count, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static gboolean leave(gint descriptor, GIOCondition condition, gpointer data) {
  (void)condition;
  struct roost_nice_peer *peer = data;
  static char octets[datagram_max];  // The loop thread's alone: there is one loop in a process.
  for (int turn = 0; turn < batch_max; turn++) {
    ssize_t count = recv(descriptor, octets, sizeof octets, MSG_DONTWAIT);
    // 0 is the end of the other descriptor: nobody will read or write again.
    if (count == 0) return G_SOURCE_REMOVE;
    if (count < 0) return G_SOURCE_CONTINUE;
    nice_agent_send(peer->agent, peer->stream, 1, (guint)count, octets);
  }
  return G_SOURCE_CONTINUE;
}

static gboolean end(gpointer data) {
  struct roost_nice_peer *peer = data;
  if (peer->source) {
    g_source_destroy(peer->source);
    g_source_unref(peer->source);
  }
  if (peer->agent) {
    g_signal_handlers_disconnect_by_data(peer->agent, peer);
    if (peer->stream) nice_agent_remove_stream(peer->agent, peer->stream);
    g_object_unref(peer->agent);
  }
  if (peer->descriptor >= 0) close(peer->descriptor);
  g_free(peer);
  return G_SOURCE_REMOVE;
}

void roost_nice_close(struct roost_nice_peer *peer) {
  GSource *source = g_idle_source_new();
  g_source_set_priority(source, G_PRIORITY_HIGH);
  g_source_set_callback(source, end, peer, NULL);
  g_source_attach(source, peer->owner->context);
  g_source_unref(source);
}

static int copy(char *to, const char *from) {
  if (!from || strlen(from) >= ROOST_NICE_CREDENTIAL_COUNT) return -1;
  strcpy(to, from);
  return 0;
}

static int credentials(struct roost_nice_peer *peer, char *ufrag, char *password) {
  gchar *own_ufrag = NULL, *own_password = NULL;
  int result = -1;
  if (nice_agent_get_local_credentials(peer->agent, peer->stream, &own_ufrag, &own_password)) {
    result = copy(ufrag, own_ufrag) || copy(password, own_password) ? -1 : 0;
  }
  g_free(own_ufrag);
  g_free(own_password);
  return result;
}

static int begin(struct roost_nice_peer *peer, const char *address) {
  NiceAddress local;
  nice_address_init(&local);
  if (!nice_address_set_from_string(&local, address)) return -1;
  peer->agent = nice_agent_new(peer->owner->context, NICE_COMPATIBILITY_RFC5245);
  if (!peer->agent) return -1;
  // One host candidate over UDP is all that a server at a known address needs.
  g_object_set(peer->agent, "controlling-mode", TRUE, "upnp", FALSE, "ice-tcp", FALSE, NULL);
  g_signal_connect(peer->agent, "component-state-changed", G_CALLBACK(changed), peer);
  if (!nice_agent_add_local_address(peer->agent, &local)) return -1;
  peer->stream = nice_agent_add_stream(peer->agent, 1);
  if (!peer->stream) return -1;
  if (!nice_agent_attach_recv(peer->agent, peer->stream, 1, peer->owner->context, arrived, peer)) return -1;
  return nice_agent_gather_candidates(peer->agent, peer->stream) ? 0 : -1;
}

struct roost_nice_peer *roost_nice_open(
    struct roost_nice *loop, const char *address, int *descriptor,
    char ufrag[ROOST_NICE_CREDENTIAL_COUNT], char password[ROOST_NICE_CREDENTIAL_COUNT]) {
  struct roost_nice_peer *peer = g_try_new0(struct roost_nice_peer, 1);
  if (!peer) return NULL;
  int pair[2];
  peer->owner = loop;
  peer->descriptor = -1;
  if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0) {
    g_free(peer);
    return NULL;
  }
  peer->descriptor = pair[1];
  if (begin(peer, address) != 0 || credentials(peer, ufrag, password) != 0) {
    close(pair[0]);
    roost_nice_close(peer);
    return NULL;
  }
  peer->source = g_unix_fd_source_new(peer->descriptor, G_IO_IN);
  g_source_set_callback(peer->source, G_SOURCE_FUNC(leave), peer, NULL);
  g_source_attach(peer->source, loop->context);
  *descriptor = pair[0];
  return peer;
}

int roost_nice_connect(
    struct roost_nice_peer *peer, const char *ufrag, const char *password, const char *address,
    uint16_t port) {
  if (!nice_agent_set_remote_credentials(peer->agent, peer->stream, ufrag, password)) return -1;
  NiceCandidate *candidate = nice_candidate_new(NICE_CANDIDATE_TYPE_HOST);
  candidate->stream_id = peer->stream;
  candidate->component_id = 1;
  candidate->transport = NICE_CANDIDATE_TRANSPORT_UDP;
  candidate->priority = 2130706431;
  strcpy(candidate->foundation, "1");
  int result = -1;
  if (nice_address_set_from_string(&candidate->addr, address)) {
    nice_address_set_port(&candidate->addr, port);
    GSList *list = g_slist_append(NULL, candidate);
    if (nice_agent_set_remote_candidates(peer->agent, peer->stream, 1, list) > 0) result = 0;
    g_slist_free(list);
  }
  nice_candidate_free(candidate);
  return result;
}
