/* SPDX-License-Identifier: MIT
 *
 * Where hosts come from when kiln.conf has none. Each function takes the folder in which the
 * machine's files are looked for ("" outside tests) and appends base URLs by preference. */
#pragma once

#include "source/mirror.h"

struct host_list {
	struct str *v; /* malloc'd strings without a trailing '/' */
	size_t n, cap;
};

/* Adds url unless it is there, or is none of http, https and file. */
void host_list_add(struct host_list *l, struct str url);
void host_list_release(struct host_list *l);

/* pip's indices: index-url, then extra-index-url. */
ATTR_MUST_CHECK errint pypi_hosts(const char *root, struct host_list *out, struct err *err);
/* apt's Debian roots on a Debian, then debootstrap's default. */
ATTR_MUST_CHECK errint debian_hosts(const char *root, struct host_list *out, struct err *err);
