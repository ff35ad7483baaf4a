/* SPDX-License-Identifier: MIT
 *
 * What people write where a URL belongs: only what RFC 3986 takes is one, as whoever reads a list
 * of components refuses all of it otherwise. */
#include "base/encoding.h"
#include "sbom/component_int.h"

bool component_is_url(struct str s)
{
	unsigned fragments = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c <= ' ' || (unsigned char)c >= 0x7f || strchr("\"<>\\^`{|}[]", c))
			return false;
		if (c == '%' && !base16_check(str_sub(s, i + 1, 2), 1))
			return false;
		fragments += c == '#';
	}
	return s.n > 0 && fragments < 2;
}

static bool is_host(struct str s)
{
	struct str name = s, port = S("");

	(void)str_cut(s, ':', &name, &port);
	for (size_t i = 0; i < port.n; i++)
		if (port.p[i] < '0' || port.p[i] > '9')
			return false;
	return name.n > 0 && name.p[0] != '.';
}

bool component_is_web(struct str url)
{
	struct str rest = str_drop_prefix(str_drop_prefix(url, S("https://")), S("http://"));
	struct str user, host = rest;
	size_t n = 0;

	if (rest.n == url.n || !component_is_url(url))
		return false;
	while (n < rest.n && !strchr("/?#", rest.p[n]))
		n++;
	host = str_sub(rest, 0, n);
	(void)str_cut(host, '@', &user, &host);
	return is_host(host);
}
