/* SPDX-License-Identifier: MIT
 *
 * Files of this machine: copied and hashed in one pass, a bounded piece at a time, so that a large
 * one stops neither the transfers beside it nor ^C. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/report.h"
#include "fetch/fetch_int.h"

/* What one step copies: some 20 ms. */
enum { STEP = 16 << 20, CHUNK = 256 << 10 };

bool url_is_local(const char *url)
{
	return str_starts(str_c(url), S("file:"));
}

errint local_start(struct transfer *j, struct err *err)
{
	const char *url = j->urls[j->at];
	struct str encoded = str_drop_prefix(str_c(url), S("file://"));
	char *path CLEANUP_FREE = xmalloc(encoded.n + 1);
	struct stat st;
	size_t n;

	if (j->sends)
		return err_set(err, ERR_UNSUPPORTED, "nothing can be sent to a file: URL");
	if (!url_decode(encoded, path, &n))
		return err_set(err, ERR_USAGE, "broken escape in the URL");
	cleanup_fd_(&j->local);
	j->local = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (j->local < 0 || fstat(j->local, &st))
		return err_sys(err, "cannot open it");
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_NOT_FOUND, "it is no file");
	errint rc = part_restart(&j->part, err);
	if (rc)
		return rc;
	part_begin(&j->part, (uint64_t)st.st_size);
	j->from_start = true;
	free(j->result.url);
	j->result.url = xstrdup(url);
	j->result.resumed = 0;
	j->result.status = 0;
	transfer_set_state(j, TRANSFER_LOCAL);
	if (!j->activity && !j->quiet)
		j->activity =
			activity_start(j->f->report, (uint64_t)st.st_size, "B", "%s", j->name);
	return 0;
}

errint local_step(struct transfer *j, bool *done, struct err *err)
{
	char *chunk CLEANUP_FREE = xmalloc(CHUNK);

	for (size_t left = STEP; left; left -= CHUNK) {
		ssize_t k = read(j->local, chunk, CHUNK);

		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return err_sys(err, "cannot read '%s'", j->urls[j->at]);
		*done = k == 0;
		errint rc = *done ? 0 : part_write(&j->part, chunk, (size_t)k, err);
		if (rc || *done)
			return rc;
	}
	activity_progress(j->activity, j->part.size, j->part.size);
	return 0;
}
