/* SPDX-License-Identifier: MIT
 *
 * What happens to a job next. Every way through here ends in a state that something outside will
 * move on: a free place, a socket, a clock, or the caller who takes the result. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/environ.h"
#include "base/file.h"
#include "base/report.h"
#include "net/fetch_int.h"

enum { TRIES_BEFORE_MIRROR = 2, OTHER_PROCESS_MS = 250 };

static void job_end(struct job *j)
{
	activity_end(STEAL(j->activity));
	if (!j->page) {
		job_set_state(j, JOB_DONE);
		return;
	}
	job_set_state(j, JOB_GONE);
	mirror_page_done(j);
}

/* When no host of a mirror had the file, others may. */
static void hint_mirror(const struct job *j, struct err *why)
{
	if (!j->mirror || why->hint)
		return;
	if (why->code == ERR_NETWORK || why->code == ERR_NOT_FOUND)
		err_hint(why,
			 "'mirror.%s' in kiln.conf names hosts to ask, 'source-dirs' folders that "
			 "have the file",
			 j->mirror);
}

void job_fail(struct job *j, struct err *why)
{
	hint_mirror(j, why);
	if (j->n_attempts > 1)
		err_detail(why, "%.*s", STR_ARG(str_drop_suffix(buf_str(&j->attempts), S("\n"))));
	err_wrap(why, "fetching '%s'", j->name);
	err_move(&j->result.err, why);
	part_release(&j->part);
	job_end(j);
}

/* A wrong hash says more than an absent file on another mirror. */
static bool is_more_telling(const struct err *a, const struct err *b)
{
	if (!b->code)
		return true;
	return a->code == ERR_MISMATCH && b->code != ERR_MISMATCH;
}

void job_next_url(struct job *j, struct err *why)
{
	CLEANUP_FREE char *shown = url_shown(j->urls[j->at]);

	buf_printf(&j->attempts, "  tried '%s': %s\n", shown, why->msg);
	j->n_attempts++;
	report_msg(j->f->report, REPORT_INFO, "'%s' from '%s': %s", j->name, shown, why->msg);
	if (is_more_telling(why, &j->failure)) {
		err_wrap(why, "'%s'", shown);
		err_move(&j->failure, why);
	}
	err_clear(why);
	j->at++;
	j->tries = 0;
	j->no_range = false;
	if (j->at < j->n_urls)
		job_set_state(j, JOB_NEW);
	else
		job_fail(j, &j->failure);
}

/* An earlier run may have ended between our rename and the caller's use of it. */
static bool is_there_already(struct job *j)
{
	CLEANUP_FD int fd = -1;
	struct hash got;
	ERR(ignored);
	struct stat st;

	if (!j->has_want || !j->part.dest || open_file(AT_FDCWD, j->part.dest, &fd, &ignored) ||
	    fstat(fd, &st) || !S_ISREG(st.st_mode))
		return false;
	if (hash_fd(j->want.algo, fd, &got, &ignored) || !hash_eq(&got, &j->want))
		return false;
	j->result.hash = got;
	j->result.size = j->result.resumed = (uint64_t)st.st_size;
	j->result.url = xasprintf("file://%s", j->part.dest);
	return true;
}

/* Another process that writes the same file is waited for: what it brought is then ours too. */
static void job_wait_or_fail(struct job *j, struct err *why)
{
	if (why->code != ERR_EXISTS) {
		job_fail(j, why);
		return;
	}
	if (!j->waits)
		report_msg(j->f->report, REPORT_NOTE, "waiting: %s", why->msg);
	j->waits = true;
	j->looked_here = false;
	j->due = clock_ms() + OTHER_PROCESS_MS;
	job_set_state(j, JOB_PAUSED);
}

/* Before any host: true when there is no more to do now. */
static bool found_here(struct job *j)
{
	ERR(err);
	bool found = false;

	if (j->looked_here)
		return false;
	j->looked_here = true;
	if (is_there_already(j)) {
		job_end(j);
		return true;
	}
	if (vendored_find(j, &found, &err)) {
		job_wait_or_fail(j, &err);
		return true;
	}
	if (found)
		job_finish(j);
	return found;
}

/* Whether the prefix may be continued: its hash will tell, or the same server's validator. */
static bool prefix_helps(const struct job *j)
{
	const struct part *p = &j->part;

	if (j->want_size && p->prefix > j->want_size)
		return false;
	return j->has_want || part_continues(p, j->urls[j->at]);
}

static errint open_part(struct job *j, struct err *err)
{
	struct part *p = &j->part;
	errint rc = part_open(p, err);

	if (rc)
		return rc;
	if ((p->prefix || p->size) && !prefix_helps(j))
		return part_restart(p, err);
	return 0;
}

static bool is_complete(const struct job *j)
{
	return j->has_want && j->want_size && j->part.size == j->want_size;
}

static void prefix_done(struct job *j)
{
	j->result.resumed = j->part.size;
	j->from_start = false;
	if (is_complete(j))
		job_finish(j);
	else
		job_ready(j);
}

void job_prepare(struct job *j)
{
	ERR(err);

	if (found_here(j))
		return;
	while (mirror_url_is(str_c(j->urls[j->at]))) {
		if (mirror_url_expand(j, &err)) {
			job_next_url(j, &err);
			return;
		}
		if (j->state == JOB_PAGES)
			return;
	}
	if (open_part(j, &err)) {
		job_wait_or_fail(j, &err);
		return;
	}
	j->waits = false;
	if (j->part.prefix > j->part.size)
		job_set_state(j, JOB_PREFIX);
	else
		job_ready(j);
}

void job_rehash(struct job *j)
{
	bool done = false;
	ERR(err);

	if (part_rehash(&j->part, &done, &err))
		job_fail(j, &err);
	else if (done)
		prefix_done(j);
}

static void job_retry(struct job *j, struct err *why)
{
	bool last = j->at + 1 == j->n_urls;
	unsigned limit = last ? j->f->o.tries : MIN(j->f->o.tries, TRIES_BEFORE_MIRROR);
	int64_t pause;

	/* A long file over a bad line gets there in the end. */
	if (j->part.size > j->best) {
		j->best = j->part.size;
		j->tries = 0;
	}
	pause = retry_pause(j);
	if (++j->tries >= limit || pause < 0) {
		job_next_url(j, why);
		return;
	}
	report_msg(j->f->report, REPORT_INFO, "'%s': %s; trying again in %lld ms", j->name,
		   why->msg, (long long)pause);
	j->due = clock_ms() + (uint64_t)pause;
	job_set_state(j, JOB_PAUSED);
}

/* Bytes of several tries or runs did not fit together: once more in one go. */
static void job_again_whole(struct job *j, struct err *why)
{
	ERR(err);

	report_msg(j->f->report, REPORT_INFO, "'%s': the continued file is wrong, once more",
		   j->name);
	j->result.resumed = 0;
	if (part_restart(&j->part, &err) || part_open(&j->part, &err))
		job_fail(j, &err);
	else
		job_retry(j, why);
}

void job_finish(struct job *j)
{
	struct hash got = {0};
	uint64_t size = j->part.size;
	ERR(err);
	errint rc = part_finish(&j->part, j->has_want ? &j->want : NULL, j->want_size, &got, &err);

	j->result.hash = got;
	if (rc == ERR_MISMATCH && !j->from_start) {
		job_again_whole(j, &err);
	} else if (rc == ERR_MISMATCH) {
		ERR(restart_err);

		if (part_restart(&j->part, &restart_err))
			job_fail(j, &restart_err);
		else
			job_next_url(j, &err);
	} else if (rc) {
		job_fail(j, &err);
	} else {
		j->result.size = size;
		part_release(&j->part);
		job_end(j);
	}
}

void job_transferred(struct job *j, CURLcode code)
{
	ERR(err);
	enum verdict v = transfer_verdict(j, code, &err);

	transfer_stop(j);
	switch (v) {
	case VERDICT_DONE:
		job_finish(j);
		break;
	case VERDICT_UNCHANGED:
		j->result.unchanged = true;
		part_release(&j->part);
		job_end(j);
		break;
	case VERDICT_RETRY:
		job_retry(j, &err);
		break;
	case VERDICT_NEXT:
		job_next_url(j, &err);
		break;
	case VERDICT_STOP:
		job_fail(j, &err);
		break;
	}
}
