/* SPDX-License-Identifier: MIT
 *
 * What bash and zsh are told in the same words. */
#pragma once

#include "env/activation_int.h"

/* As in struct dialect. */
void posix_set(const struct dialect *d, struct buf *b, struct str name, struct str value);
void posix_unset(struct buf *b, struct str name);
void posix_source(const struct dialect *d, struct buf *b, const char *file);
void posix_run(const struct dialect *d, struct buf *b, const char *command);
void posix_dress(const struct dialect *d, struct buf *b, const struct dress *dress);
void posix_undress(const struct dialect *d, struct buf *b, const struct dress *dress);
