/* SPDX-License-Identifier: MIT
 *
 * What happens to a transfer next. Every way through here ends in a state that something outside
 * will move on: a free place, a socket, a clock, or the caller who takes the result. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/environ.h"
#include "base/file.h"
#include "base/report.h"
#include "fetch/fetch_int.h"

enum { TRIES_BEFORE_MIRROR = 2, OTHER_PROCESS_MS = 250 };

static void transfer_end(struct transfer *j)
{
	activity_end(STEAL(j->activity));
	cleanup_fd_(&j->local);
	j->local = -1;
	transfer_set_state(j, TRANSFER_DONE);
}

static void end_failed(struct transfer *j, struct err *why)
{
	/* A mismatch names its thing itself. */
	if (why->code != ERR_MISMATCH)
		err_wrap(why, "fetching '%s'", j->name);
	err_move(&j->result.err, why);
	if (j->n_attempts) {
		j->result.n_attempts = j->n_attempts;
		j->result.attempts = str_dupz(str_drop_suffix(buf_str(&j->attempts), S("\n")));
	}
	part_release(&j->part);
	transfer_end(j);
}

void transfer_fail(struct transfer *j, struct err *why)
{
	j->result.hopeless = true;
	end_failed(j, why);
}

/* A wrong hash says more than an absent file on another mirror. */
static bool is_more_telling(const struct err *a, const struct err *b)
{
	if (!b->code)
		return true;
	return a->code == ERR_MISMATCH && b->code != ERR_MISMATCH;
}

/* Bytes that are not those asked for are worth a warning: somebody keeps wrong ones. */
static void tell_failure(const struct transfer *j, const char *shown, const struct err *why)
{
	bool last = j->at + 1 == j->n_urls && !j->more;

	if (why->code == ERR_MISMATCH && !last)
		report_msg(j->f->report, REPORT_WARN,
			   "'%s' is not what is wanted of '%s' and is not used", shown, j->name);
	else
		report_msg(j->f->report, REPORT_INFO, "'%s' from '%s': %s", j->name, shown,
			   why->msg);
}

void transfer_next_url(struct transfer *j, struct err *why)
{
	char *shown CLEANUP_FREE = url_shown(j->urls[j->at]);

	buf_printf(&j->attempts, "  tried '%s': %s\n", shown,
		   why->code == ERR_MISMATCH ? "it is not what is wanted" : why->msg);
	j->n_attempts++;
	tell_failure(j, shown, why);
	if (is_more_telling(why, &j->failure)) {
		if (why->code != ERR_MISMATCH)
			err_wrap(why, "'%s'", shown);
		else if (j->hash_name)
			err_detail(why, "  came from: %s", shown);
		err_move(&j->failure, why);
	}
	err_clear(why);
	j->at++;
	j->tries = 0;
	j->no_range = false;
	if (j->at < j->n_urls && send_may_repeat(j))
		transfer_set_state(j, TRANSFER_NEW);
	else
		end_failed(j, &j->failure);
}

/* Whoever was waited for may have brought it whole. */
static bool is_there_already(struct transfer *j)
{
	int fd CLEANUP_FD = -1;
	struct hash got;
	ERR(ignored);
	struct stat st;

	if (!j->waits || !j->has_want || !j->part.dest ||
	    open_file(AT_FDCWD, j->part.dest, &fd, &ignored) || fstat(fd, &st) ||
	    !S_ISREG(st.st_mode))
		return false;
	if (hash_fd(j->want.algo, fd, &got, &ignored) || !hash_eq(&got, &j->want))
		return false;
	j->result.hash = got;
	j->result.size = j->result.resumed = (uint64_t)st.st_size;
	j->result.url = xasprintf("file://%s", j->part.dest);
	return true;
}

/* Another process that writes the same file is waited for: what it brought is then ours too. */
static void transfer_wait_or_fail(struct transfer *j, struct err *why)
{
	if (why->code != ERR_EXISTS) {
		transfer_fail(j, why);
		return;
	}
	if (!j->waits)
		report_msg(j->f->report, REPORT_NOTE, "waiting: %s", why->msg);
	j->waits = true;
	j->due = clock_ms() + OTHER_PROCESS_MS;
	transfer_set_state(j, TRANSFER_PAUSED);
}

/* Whether the prefix may be continued: its hash will tell, or the same server's validator. */
static bool prefix_helps(const struct transfer *j)
{
	const struct part *p = &j->part;

	if ((j->want_size && p->prefix > j->want_size) || url_is_local(j->urls[j->at]) || j->sends)
		return false;
	return j->has_want || part_continues(p, j->urls[j->at]);
}

static errint open_part(struct transfer *j, struct err *err)
{
	struct part *p = &j->part;
	errint rc = part_open(p, err);

	if (rc)
		return rc;
	if ((p->prefix || p->size) && !prefix_helps(j))
		return part_restart(p, err);
	return 0;
}

static bool is_complete(const struct transfer *j)
{
	return j->has_want && j->want_size && j->part.size == j->want_size;
}

static void prefix_done(struct transfer *j)
{
	j->result.resumed = j->part.size;
	j->from_start = false;
	if (is_complete(j))
		transfer_finish(j);
	else
		transfer_ready(j);
}

void transfer_prepare(struct transfer *j)
{
	ERR(err);

	if (is_there_already(j)) {
		transfer_end(j);
		return;
	}
	if (open_part(j, &err)) {
		transfer_wait_or_fail(j, &err);
		return;
	}
	j->waits = false;
	if (j->part.prefix > j->part.size)
		transfer_set_state(j, TRANSFER_PREFIX);
	else
		transfer_ready(j);
}

void transfer_rehash(struct transfer *j)
{
	bool done = false;
	ERR(err);

	if (part_rehash(&j->part, &done, &err))
		transfer_fail(j, &err);
	else if (done)
		prefix_done(j);
}

void transfer_copy(struct transfer *j)
{
	bool done = false;
	ERR(err);

	if (local_step(j, &done, &err))
		transfer_fail(j, &err);
	else if (done)
		transfer_finish(j);
}

/* Did it take so long already that there is no other try? */
static bool is_late(const struct transfer *j)
{
	uint64_t limit = (uint64_t)j->f->o.give_up_s * 1000;

	return limit && clock_ms() - j->since >= limit;
}

static void transfer_retry(struct transfer *j, struct err *why)
{
	bool last = j->at + 1 == j->n_urls && !j->more;
	unsigned limit = last ? j->f->o.tries : MIN(j->f->o.tries, TRIES_BEFORE_MIRROR);
	int64_t pause;

	/* A long file over a bad line gets there in the end. */
	if (j->part.size > j->best) {
		j->best = j->part.size;
		j->tries = 0;
	}
	pause = retry_pause(j);
	if (++j->tries >= limit || pause < 0 || is_late(j) || !send_may_repeat(j)) {
		transfer_next_url(j, why);
		return;
	}
	report_msg(j->f->report, REPORT_INFO, "'%s': %s; trying again in %lld ms", j->name,
		   why->msg, (long long)pause);
	j->due = clock_ms() + (uint64_t)pause;
	transfer_set_state(j, TRANSFER_PAUSED);
}

/* Bytes of several tries or runs did not fit together: once more in one go. */
static void transfer_again_whole(struct transfer *j, struct err *why)
{
	ERR(err);

	report_msg(j->f->report, REPORT_INFO, "'%s': the continued file is wrong, once more",
		   j->name);
	j->result.resumed = 0;
	if (part_restart(&j->part, &err) || part_open(&j->part, &err))
		transfer_fail(j, &err);
	else
		transfer_retry(j, why);
}

void transfer_finish(struct transfer *j)
{
	struct hash got = {0};
	uint64_t size = j->part.size;
	char *shown CLEANUP_FREE = url_shown(j->urls[j->at]);
	struct part_want want = {.hash = j->has_want ? &j->want : NULL,
				 .size = j->want_size,
				 .hash_of = j->hash_of,
				 .name = j->hash_name ? j->hash_name : shown};
	ERR(err);
	errint rc = part_finish(&j->part, &want, &got, &err);

	j->result.hash = got;
	if (rc == ERR_MISMATCH && !j->from_start) {
		transfer_again_whole(j, &err);
	} else if (rc == ERR_MISMATCH) {
		ERR(restart_err);

		if (part_restart(&j->part, &restart_err))
			transfer_fail(j, &restart_err);
		else
			transfer_next_url(j, &err);
	} else if (rc) {
		transfer_fail(j, &err);
	} else {
		j->result.size = size;
		j->result.at = j->at;
		part_release(&j->part);
		transfer_end(j);
	}
}

void transfer_ended(struct transfer *j, CURLcode code)
{
	ERR(err);
	enum fetch_verdict v = transfer_verdict(j, code, &err);

	transfer_stop(j);
	switch (v) {
	case VERDICT_DONE:
		transfer_finish(j);
		break;
	case VERDICT_UNCHANGED:
		j->result.unchanged = true;
		part_release(&j->part);
		transfer_end(j);
		break;
	case VERDICT_RETRY:
		transfer_retry(j, &err);
		break;
	case VERDICT_NEXT:
		transfer_next_url(j, &err);
		break;
	case VERDICT_STOP:
		transfer_fail(j, &err);
		break;
	}
}
