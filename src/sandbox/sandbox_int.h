/* SPDX-License-Identifier: MIT
 *
 * What the sandbox's files share: the runner's context, and the pieces of becoming a builder. All
 * of these run in the child. */
#pragma once

#include "sandbox/sandbox.h"

/* Executes the plan below s->root and makes it the root. Files made belong to ids. */
ATTR_MUST_CHECK errint sandbox_enter(const struct sandbox_spec *s, struct sandbox_ids ids,
				     struct err *err);
/* No setuid files, no extended attributes: the store cannot hold them (system call filter). */
ATTR_MUST_CHECK errint sandbox_filter(struct err *err);
/* A fixed output shares the host's network namespace, and with it abstract sockets: this cuts
 * them off where the kernel (6.12) can. */
void sandbox_scope_sockets(void);
/* Adds the cure to an error when this system forbids user namespaces. */
errint sandbox_explain(struct err *err);
/* Sends err through a SEQPACKET socket; sandbox_status() receives it. */
void sandbox_send_err(int fd, const struct err *err);
