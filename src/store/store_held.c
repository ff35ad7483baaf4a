/* SPDX-License-Identifier: MIT
 *
 * Roots that last as long as a process does, whoever made them: `gcroots/held/PID.NAMESPACE.START.
 * BOOT.HASH`, a link into the store. Nix sees a root like any other; our collections drop it when
 * the process has ended: another one of its number started at another time, or since another boot.
 * Of a process of another process namespace nothing is known, so that its roots stay. */
#include "store/store_int.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "base/report.h"
#include "store/roots_int.h"

enum {
	STAT_START = 20, /* which word behind the name of /proc/PID/stat is the start */
	HELD_FEW = 32,
};

/* The first of a file's words, or more of them; false where there is none. */
static bool read_words(const char *file, char *out, size_t size)
{
	int fd CLEANUP_FD = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, out, size - 1);

	if (n <= 0)
		return false;
	out[n] = '\0';
	return true;
}

/* When a process that runs was started, in ticks since boot. */
static bool started(pid_t pid, uint64_t *out)
{
	char *file CLEANUP_FREE = xasprintf("/proc/%ld/stat", (long)pid);
	char text[1024];
	struct str rest, word;

	if (!read_words(file, text, sizeof(text)))
		return false;
	ptrdiff_t end = str_rchr(str_c(text), ')');
	if (end < 0)
		return false;
	rest = str_skip(str_c(text), (size_t)end + 2);
	for (int i = 1; str_split(&rest, ' ', &word); i++) {
		if (i == 1 && (str_eqz(word, "Z") || str_eqz(word, "X")))
			return false;
		if (i == STAT_START)
			return str_to_u64(word, out);
	}
	return false;
}

/* "NAMESPACE" of this process, and "BOOT": letters and digits that are others elsewhere. */
static bool place_and_time(char ns[32], char boot[64])
{
	char link[64];
	ssize_t n = readlink("/proc/self/ns/pid", link, sizeof(link) - 1);
	size_t k = 0;

	if (n <= 0 || !read_words("/proc/sys/kernel/random/boot_id", boot, 64))
		return false;
	for (ssize_t i = 0; i < n && k < 31; i++)
		if (link[i] >= '0' && link[i] <= '9')
			ns[k++] = link[i];
	ns[k] = '\0';
	boot[strcspn(boot, "-\n")] = '\0';
	return k > 0 && *boot;
}

bool held_is_stale(const char *link)
{
	struct str rest = path_base(str_c(link)), pid, space, start, boot;
	char ns[32], now[64];
	uint64_t number, then, at;

	if (!str_ends(path_dir(str_c(link)), S("/gcroots/held")) || !place_and_time(ns, now))
		return false;
	if (!str_split(&rest, '.', &pid) || !str_split(&rest, '.', &space) ||
	    !str_split(&rest, '.', &start) || !str_split(&rest, '.', &boot) ||
	    !str_to_u64(pid, &number) || !str_to_u64(start, &then))
		return false;
	if (!str_eqz(boot, now))
		return true;
	if (!str_eqz(space, ns))
		return false;
	return !started((pid_t)number, &at) || at != then;
}

/* What comes and goes often must not wait for a collection: from some number on the links of those
 * that have ended go with each new one. */
static void drop_ended(const char *folder)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	ERR(none);

	if (dir_list(AT_FDCWD, folder, &list, &none) || list.n <= HELD_FEW)
		return;
	for (size_t i = 0; i < list.n; i++) {
		char *link CLEANUP_FREE = xasprintf("%s/%s", folder, list.v[i].name);

		if (held_is_stale(link))
			(void)unlink(link);
	}
}

errint store_hold(struct store *s, pid_t pid, struct str path, struct err *err)
{
	char *folder CLEANUP_FREE = store_state_file(s, "gcroots/held");
	char *target CLEANUP_FREE = str_dupz(path);
	char ns[32], boot[64];
	struct str hash;
	uint64_t start;

	if (!started(pid, &start))
		return err_set(err, ERR_NOT_FOUND, "there is no process %ld", (long)pid);
	if (!place_and_time(ns, boot) || store_is_foreign(s)) {
		report_msg(s->report, REPORT_DEBUG,
			   "process %ld keeps '%s' only while it has it in its environment",
			   (long)pid, target);
		return 0;
	}
	hash = str_sub(path_base(path), 0, 8);
	char *link CLEANUP_FREE = xasprintf("%s/%ld.%s.%llu.%s.%.*s", folder, (long)pid, ns,
					    (unsigned long long)start, boot, STR_ARG(hash));
	if (faccessat(AT_FDCWD, link, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	errint rc = mkdir_p(AT_FDCWD, folder, 0755, err);
	if (!rc)
		rc = file_symlink(target, AT_FDCWD, link, err);
	if (!rc)
		drop_ended(folder);
	return rc ? err_wrap(err, "keeping '%s' for process %ld", target, (long)pid) : 0;
}
