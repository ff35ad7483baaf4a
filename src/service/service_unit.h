/* SPDX-License-Identifier: MIT
 *
 * A service as a unit of systemd's user manager. */
#pragma once

#include "service/service.h"

struct buf;
/* The text of a user unit. start is the command line before `env … bash -c COMMAND`, NULL
 * terminated, which gives the environment; spec->env are only the service's own variables.
 * unit_prefix stands before the names of the units that it depends on. */
ATTR_MUST_CHECK errint service_unit(const struct service_spec *spec, const char *description,
				    const char *unit_prefix, const char *const *start,
				    struct buf *out, struct err *err);
/* Appends the name of a service's unit: prefix, the name as systemd escapes it, ".service". */
void service_unit_name(const char *prefix, const char *name, struct buf *out);
