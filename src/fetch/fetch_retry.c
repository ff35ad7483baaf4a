/* SPDX-License-Identifier: MIT
 *
 * Judging how a transfer ended: whether the same URL is worth another try, and after which pause.
 */
#include <string.h>

#include "base/environ.h"
#include "fetch/fetch_int.h"

enum { PAUSE_MAX_MS = 30000, RETRY_AFTER_MAX_MS = 120000 };

int64_t retry_pause(const struct transfer *j)
{
	int64_t ms = (int64_t)j->f->o.pause_ms << MIN(j->tries, 16u);

	if (j->head.retry_after_ms > RETRY_AFTER_MAX_MS)
		return -1;
	ms = MIN(ms, PAUSE_MAX_MS);
	/* Clients that failed together should not come back together. */
	ms += (int64_t)(clock_ms() % (uint64_t)(ms / 4 + 1));
	return MAX(ms, j->head.retry_after_ms);
}

static enum fetch_verdict status_verdict(struct transfer *j, long status, struct err *err)
{
	switch (status) {
	case 404:
	case 410:
		err_set(err, ERR_NOT_FOUND, "not found (HTTP %ld)", status);
		return VERDICT_NEXT;
	case 401:
	case 403:
	case 407:
		err_set(err, ERR_DENIED, "access refused (HTTP %ld)", status);
		return VERDICT_NEXT;
	case 408:
	case 425:
	case 429:
		err_set(err, ERR_NETWORK, "the server is busy (HTTP %ld)", status);
		return VERDICT_RETRY;
	case 416:
		/* Nothing behind what is in hand: its hash tells whether that is all. */
		if (j->part.size && j->has_want)
			return VERDICT_DONE;
		j->no_range = true;
		err_set(err, ERR_NETWORK, "the server refuses to continue (HTTP 416)");
		return VERDICT_RETRY;
	default:
		err_set(err, ERR_NETWORK, "HTTP status %ld", status);
		return status >= 500 && status != 501 && status != 505 ? VERDICT_RETRY
								       : VERDICT_NEXT;
	}
}

/* Where the answer to what was sent goes on, as a whole URL, or NULL. */
static char *resolve_location(const struct transfer *j)
{
	struct str out;
	ARENA(a);
	ERR(ignored);

	if (!j->head.location ||
	    url_resolve(&a, str_c(j->result.url), str_c(j->head.location), &out, &ignored))
		return NULL;
	return str_dupz(out);
}

static void note_answer(struct transfer *j)
{
	const struct curl_api *c = j->f->curl;
	char *url = NULL, *type = NULL;

	c->curl_easy_getinfo(j->easy, CURLINFO_EFFECTIVE_URL, &url);
	c->curl_easy_getinfo(j->easy, CURLINFO_CONTENT_TYPE, &type);
	free(j->result.url);
	free(j->result.type);
	free(j->result.etag);
	free(j->result.immutable);
	free(j->result.location);
	j->result.url = xstrdup(url ? url : j->urls[j->at]);
	j->result.type = type ? xstrdup(type) : NULL;
	j->result.etag = j->head.etag ? xstrdup(j->head.etag) : NULL;
	j->result.location = resolve_location(j);
	j->result.status = transfer_status(j);
	j->result.immutable = j->head.immutable ? xstrdup(j->head.immutable) : NULL;
}

static enum fetch_verdict answer_verdict(struct transfer *j, struct err *err)
{
	long status = transfer_status(j);
	errint rc = j->begun ? 0 : transfer_begin(j, err);

	if (rc)
		return rc == ERR_NETWORK ? VERDICT_RETRY : VERDICT_STOP;
	note_answer(j);
	if (status == 304 && j->have_etag)
		return VERDICT_UNCHANGED;
	return j->discard ? status_verdict(j, status, err) : VERDICT_DONE;
}

static enum fetch_verdict callback_verdict(struct transfer *j, struct err *err)
{
	switch (err_move(err, &j->write_err)) {
	case ERR_NETWORK:
		return VERDICT_RETRY;
	case ERR_TOO_BIG:
		return VERDICT_NEXT;
	default:
		return VERDICT_STOP;
	}
}

static bool is_temporary(CURLcode code)
{
	switch (code) {
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_PARTIAL_FILE:
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_AGAIN:
		return true;
	default:
		return false;
	}
}

static int curl_err_code(CURLcode code)
{
	switch (code) {
	case CURLE_FILE_COULDNT_READ_FILE:
		return ERR_NOT_FOUND;
	case CURLE_FILESIZE_EXCEEDED:
		return ERR_TOO_BIG;
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
		return ERR_UNSUPPORTED;
	default:
		return ERR_NETWORK;
	}
}

enum fetch_verdict transfer_verdict(struct transfer *j, CURLcode code, struct err *err)
{
	const char *why = j->curl_error[0] ? j->curl_error : j->f->curl->curl_easy_strerror(code);

	if (j->write_err.code)
		return callback_verdict(j, err);
	if (code == CURLE_OK)
		return answer_verdict(j, err);
	err_set(err, curl_err_code(code), "%s", why);
	if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE)
		err_hint(err, "certificates come from the file in $NIX_SSL_CERT_FILE, "
			      "$SSL_CERT_FILE or $CURL_CA_BUNDLE");
	return is_temporary(code) ? VERDICT_RETRY : VERDICT_NEXT;
}
