/* SPDX-License-Identifier: MIT
 *
 * What the files of vendor.h share. */
#pragma once

#include "source/sources_file.h"
#include "vendor/closure_sources.h"
#include "vendor/sums.h"
#include "vendor/vendor.h"

#define VENDOR_SUMS   "SHA256SUMS.txt"
#define VENDOR_LIST   "sources.json"
/* In front of whatever is not whole yet. */
#define VENDOR_TEMP   ".kiln-"
/* The names of files that are laid before any list has them, a line each: those of a run that was
 * killed are nobody's. */
#define VENDOR_LAYING VENDOR_TEMP "laying"

void vendor_note(struct vendor_result *r, struct arena *a, struct str file,
		 enum vendor_finding finding, uint64_t size);
/* The project's folder of sources, absolute, in the arena. */
ATTR_MUST_CHECK errint vendor_folder(const char *dir, struct arena *a, const char **out,
				     struct err *err);

/* Files hashed beside each other. */
struct hashing {
	const char *path;
	struct hash hash; /* SHA-256 */
	uint64_t size;
	bool there;
	int error; /* errno, of what is there and cannot be read */
};
/* All of them, on all processors. */
ATTR_MUST_CHECK errint hash_files(struct hashing *v, size_t n, struct err *err);

/* Lays what is at the real path `from` as `file` into the folder: of a tree an archive, of a file a
 * reflink or a copy. e gets kind, sha256 and size. */
ATTR_MUST_CHECK errint lay_source(int folder, const char *from, struct source_entry *e,
				  struct err *err);

/* What the set knows of Python projects' licences; nothing where it cannot be read. */
struct licenses {
	struct arena *a;
	const struct json_member *about;
	size_t n;
};
void licenses_read(struct session *s, struct arena *a, struct licenses *out);
/* Of a package URL; "" when it is not known. */
struct str license_of(const struct licenses *l, struct str purl);
/* What a wheel or source archive that was laid says of itself, or "". */
struct str license_in(const struct licenses *l, int folder, const struct source_entry *e);

/* Takes the folder, which is made when it is absent, for this process alone; whoever has it is
 * waited for. */
ATTR_MUST_CHECK errint vendor_lock(const char *folder, struct report *report, int *out,
				   struct err *err);
/* Makes what is in the folder known to git: a note where that cannot be. */
void vendor_git_add(const char *folder, struct report *report);
