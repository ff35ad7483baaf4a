/* SPDX-License-Identifier: MIT
 *
 * Requests that send bytes, or are another method than GET. What changes something at the other end
 * must not be done twice without anybody's knowing: RFC 9110, section 9.2.2, says which methods may
 * be repeated, and only what can be read again is sent again. */
#include <string.h>

#include "base/stream.h"
#include "fetch/fetch_int.h"

/* What answers to it may be read from the head alone; RFC 9110's idempotent methods. */
static const struct method {
	const char *name;
	bool repeats, redirects;
} methods[] = {
	{"DELETE", true, false}, {"GET", true, true},    {"HEAD", true, true},
	{"PATCH", false, false}, {"POST", false, false}, {"PUT", true, false},
};

static const struct method *method_of(const struct transfer *j)
{
	static const struct method unknown = {"", false, false};

	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		if (strcmp(j->method, methods[i].name) == 0)
			return &methods[i];
	return &unknown;
}

bool send_may_repeat(const struct transfer *j)
{
	if (!j->reached)
		return !j->sent || j->send.rewind;
	return method_of(j)->repeats && (!j->sent || j->send.rewind);
}

bool send_status_ok(const struct transfer *j, long status)
{
	/* Of a GET, an answer other than the whole or a part of it is no content. */
	if (strcmp(j->method, "GET") == 0)
		return status == 200 || status == 206;
	return status >= 200 && status <= 299;
}

static size_t on_read(char *p, size_t size, size_t n, void *ctx)
{
	struct transfer *j = ctx;
	size_t got, want = (size_t)MIN((uint64_t)(size * n), j->send.size - j->sent);

	if (!want)
		return 0;
	if (source_read(j->send.source, p, want, &got, &j->write_err))
		return CURL_READFUNC_ABORT;
	if (!got) {
		err_set(&j->write_err, ERR_CORRUPT, "what is sent ends after %llu of %llu bytes",
			(unsigned long long)j->sent, (unsigned long long)j->send.size);
		return CURL_READFUNC_ABORT;
	}
	j->sent += got;
	return got;
}

static errint go_back(struct transfer *j, struct err *err)
{
	errint rc = j->sent ? j->send.rewind(j->send.source, err) : 0;

	if (!rc)
		j->sent = 0;
	return rc;
}

/* curl asks for this where a server wants a password first. */
static int on_seek(void *ctx, curl_off_t offset, int whence)
{
	struct transfer *j = ctx;

	if (offset != 0 || whence != SEEK_SET || (j->sent && !j->send.rewind))
		return CURL_SEEKFUNC_CANTSEEK;
	return go_back(j, &j->write_err) ? CURL_SEEKFUNC_FAIL : CURL_SEEKFUNC_OK;
}

#define SET(option, value)                                                                     \
	do {                                                                                   \
		if (c->curl_easy_setopt(e, option, value) != CURLE_OK)                         \
			return err_set(err, ERR_UNSUPPORTED, "libcurl refuses '%s'", #option); \
	} while (0)

errint send_start(struct transfer *j, struct err *err)
{
	const struct curl_api *c = j->f->curl;
	CURL *e = j->easy;
	const struct method *m = method_of(j);
	errint rc = go_back(j, err);

	if (rc)
		return rc;
	if (!m->redirects)
		SET(CURLOPT_FOLLOWLOCATION, 0L);
	/* On a connection that turns out to be dead curl asks again by itself: not this. */
	if (!m->repeats)
		SET(CURLOPT_FRESH_CONNECT, 1L);
	if (strcmp(j->method, "HEAD") == 0)
		SET(CURLOPT_NOBODY, 1L);
	else if (strcmp(j->method, "GET") != 0)
		SET(CURLOPT_CUSTOMREQUEST, j->method);
	if (!j->sends && (m->redirects || strcmp(j->method, "DELETE") == 0))
		return 0;
	SET(CURLOPT_UPLOAD, 1L);
	SET(CURLOPT_READFUNCTION, on_read);
	SET(CURLOPT_READDATA, j);
	SET(CURLOPT_SEEKFUNCTION, on_seek);
	SET(CURLOPT_SEEKDATA, j);
	SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)j->send.size);
	return 0;
}
