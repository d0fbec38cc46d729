#ifndef CONSULT_CLINUX_SHIM_H
#define CONSULT_CLINUX_SHIM_H

// Linux's event, thread and process interfaces that Swift's Glibc module leaves out.

#include <linux/memfd.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>

/// Names the calling thread for `top` and debuggers; at most 15 bytes are kept.
static inline void cl_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

// Declared in spawn.h for programs that ask for more than POSIX.
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *, const char *);

/// Lets the new process start in `folder`.
static inline int cl_spawn_in(posix_spawn_file_actions_t *actions, const char *folder) {
  return posix_spawn_file_actions_addchdir_np(actions, folder);
}

extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);

/// Closes every descriptor from `lowest` on in the child: what it inherits it keeps open when its parent has died, a port
/// that is listened on included.
static inline int cl_spawn_close_from(posix_spawn_file_actions_t *actions, int lowest) {
  return posix_spawn_file_actions_addclosefrom_np(actions, lowest);
}

// Declared in sys/mman.h for programs that ask for more than POSIX.
extern int memfd_create(const char *, unsigned int);

/// A file without a name in memory, for this program alone; -1 where there is none.
static inline int cl_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

#endif
