/* SPDX-License-Identifier: MIT
 *
 * Names of branches and of what is newest, as URLs have them. */
#include "source/moving.h"

#include "source/mirror.h"

struct str url_moving_part(struct str url)
{
	static const struct str parts[] = {
		S("/latest/"),      S("/latest."),         S("/releases/latest"), S("/nightly/"),
		S("/HEAD/"),        S("/HEAD."),           S("/master/"),         S("/master."),
		S("/main/"),        S("/main."),           S("/refs/heads/"),     S("/trunk/"),
		S("/develop/"),     S("/snapshot/latest"), S("?ref=main"),        S("?ref=master"),
		S("/branch-heads/")};

	for (size_t i = 0; !mirror_url_is(url) && i < ARRAY_LEN(parts); i++)
		if (str_find(url, parts[i]) >= 0)
			return parts[i];
	return STR_NULL;
}
