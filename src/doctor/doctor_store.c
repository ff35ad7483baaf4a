/* SPDX-License-Identifier: MIT
 *
 * The store: where it is and whose, what room there is, and a sample of its paths, hashed. */
#include "doctor/doctor_int.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/statvfs.h>

#include "base/environ.h"
#include "base/file.h"
#include "store/path_hash.h"
#include "store/store.h"

/* A build of the set needs gigabytes; a sample is to take a second or so. */
#define SPACE_LOW    (2ull << 30)
#define SPACE_NONE   (64ull << 20)
#define INODES_LOW   10000
#define SAMPLE_BYTES (64ull << 20)
enum { SAMPLE_PATHS = 32 };

static const char *user_name(struct doctor *d, uid_t uid)
{
	struct passwd *pw = getpwuid(uid);

	return pw ? arena_strz(d->a, str_c(pw->pw_name)) : arena_printf(d->a, "user %u", uid);
}

static void tell_place(struct doctor *d, const char *real)
{
	const struct store_config *c = store_config(d->session->store);
	struct stat st;

	if (lstat(real, &st)) {
		if (errno == ENOENT)
			doctor_tell(d, VERDICT_NOTE, NULL,
				    "'%s' is not there yet: the first build makes it", real);
		else
			doctor_tell(d, VERDICT_BAD, NULL, "'%s': %s", real, strerror(errno));
		return;
	}
	doctor_tell(d, VERDICT_GOOD, NULL, "%s is '%s'%s", c->store_dir, real,
		    c->beside ? "; the machine's own store is read, too" : "");
	if (access(real, W_OK | X_OK) == 0)
		doctor_tell(d, VERDICT_GOOD, NULL, "it belongs to %s and can be written",
			    user_name(d, st.st_uid));
	else
		doctor_tell(d, VERDICT_BAD,
			    "build as its owner, or use another store: --store DIR, or KILN_STORE",
			    "it belongs to %s and cannot be written by %s: %s",
			    user_name(d, st.st_uid), user_name(d, geteuid()), strerror(errno));
}

static void tell_space(struct doctor *d, const char *real)
{
	char *place CLEANUP_FREE = str_dupz(str_c(real));
	struct statvfs fs;

	while (statvfs(place, &fs) && place[1]) {
		char *above = str_dupz(path_dir(str_c(place)));

		free(place);
		place = above;
	}
	uint64_t space = (uint64_t)fs.f_bavail * fs.f_frsize;
	enum verdict v = space < SPACE_NONE  ? VERDICT_BAD
			 : space < SPACE_LOW ? VERDICT_WARN
					     : VERDICT_GOOD;
	doctor_tell(d, v, v == VERDICT_GOOD ? NULL : "kiln gc --dry-run tells what can go",
		    "%.1f GiB are free", (double)space / (1 << 30));
	if (fs.f_files && fs.f_favail < INODES_LOW)
		doctor_tell(d, VERDICT_WARN, "kiln gc --dry-run tells what can go",
			    "only %llu more files can be made", (unsigned long long)fs.f_favail);
	if (fs.f_flag & ST_RDONLY)
		doctor_tell(d, VERDICT_BAD, NULL, "its file system is mounted read-only");
}

/* Is the path what was registered? One that is not is a finding. */
static errint check_path(struct doctor *d, const struct path_info *info, bool *good,
			 struct err *err)
{
	char *real CLEANUP_FREE = store_real_path(d->session->store, info->path);
	struct stat st;
	struct hash h;

	*good = false;
	if (lstat(real, &st)) {
		doctor_tell(d, VERDICT_BAD, "kiln store repair", "'%.*s' is registered, but gone",
			    STR_ARG(info->path));
		return 0;
	}
	errint rc = path_hash(real, false, HASH_SHA256, &h, err);
	if (rc)
		return rc;
	*good = hash_eq(&h, &info->nar_hash);
	if (!*good)
		doctor_tell(d, VERDICT_BAD, "kiln store repair", "'%.*s' was altered",
			    STR_ARG(info->path));
	return 0;
}

/* Another sample every time: whoever looks often sees all of it in the end. */
static errint sample(struct doctor *d, struct str_set all, struct err *err)
{
	size_t seen = 0, good = 0, at = all.n ? (size_t)clock_unix_ns() % all.n : 0;
	uint64_t bytes = 0;

	for (size_t i = 0; i < all.n && seen < SAMPLE_PATHS; i++) {
		ARENA(a);
		struct path_info info;
		bool is_good;
		errint rc = store_query(d->session->store, &a,
					all.v[(at + i * (all.n / SAMPLE_PATHS + 1)) % all.n], &info,
					err);

		if (!rc && bytes + info.nar_size > SAMPLE_BYTES)
			continue;
		if (!rc)
			rc = check_path(d, &info, &is_good, err);
		if (rc)
			return rc;
		bytes += info.nar_size;
		seen++;
		good += is_good;
	}
	doctor_tell(d, VERDICT_GOOD, NULL,
		    "%zu path%s are registered; of %zu that were read, %.1f MiB, %zu are whole",
		    all.n, all.n == 1 ? "" : "s", seen, (double)bytes / (1 << 20), good);
	return 0;
}

void doctor_store(struct doctor *d)
{
	struct store *s = d->session->store;
	char *real CLEANUP_FREE = store_real_path(s, store_dir(s));
	struct str_set all;
	struct stat st;
	ERR(err);

	tell_place(d, real);
	tell_space(d, real);
	if (lstat(real, &st))
		return;
	errint rc = store_all_valid(s, d->a, &all, &err);
	if (!rc)
		rc = sample(d, all, &err);
	if (rc)
		doctor_tell_err(d, VERDICT_BAD, &err);
}
