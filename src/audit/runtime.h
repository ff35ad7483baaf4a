/* SPDX-License-Identifier: MIT
 *
 * What a running process has really mapped, beside what it should have. Nothing is asked of the
 * process itself: /proc tells its maps, its program and its environment (proc(5)). */
#pragma once

#include "audit/audit.h"

struct runtime_request {
	struct store *store;
	struct arena *a;
	const struct slot_list *slots;
	const char *proc; /* "/proc" */
	uint64_t pid;
	struct str closure; /* the result that it was started from, or "": not known */
};

struct runtime_process {
	struct str program; /* what it was started as, "/nix/store/…/bin/python3.13" */
	struct str *mapped; /* its libraries and program, sorted, as it sees them */
	size_t n_mapped;
	struct str *deleted; /* those that are there no more */
	size_t n_deleted;
	struct str *sites; /* folders of Python's path that are known, in their order */
	size_t n_sites, cap_sites;
	struct str *slots; /* those of them that fill slots */
	size_t n_slots;
};
/* ERR_NOT_FOUND when there is no such process, ERR_DENIED when it is somebody else's. */
ATTR_MUST_CHECK errint runtime_read(const struct runtime_request *r, struct runtime_process *out,
				    struct err *err);
/* Paths of a maps file (proc_pid_maps(5)) that are libraries or programs, unescaped, each once and
 * sorted; those of files that are gone apart. */
void runtime_parse_maps(struct arena *a, struct str text, struct runtime_process *out);
/* What is wrong with it, and which torch it has. *out is released also after a failure. */
ATTR_MUST_CHECK errint audit_runtime(const struct runtime_request *r,
				     const struct runtime_process *p, struct audit_findings *out,
				     struct err *err);
