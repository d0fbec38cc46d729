#ifndef CONSULT_CLINUX_SHIM_H
#define CONSULT_CLINUX_SHIM_H

// Linux's event and thread interfaces that Swift's Glibc module leaves out.

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

/// Names the calling thread for `top` and debuggers; at most 15 bytes are kept.
static inline void cl_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

#endif
