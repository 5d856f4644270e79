#include "config_unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "banned.h"

#define LONGEST_MS (INT64_C(3653) * 86400 * 1000)

/* Longer names before shorter ones that they begin with. */
/* clang-format off */
static const struct { const char *name; int64_t ms; } times[] = {
	{ "ms", 1 }, { "毫秒", 1 },
	{ "seconds", 1000 }, { "sec", 1000 }, { "s", 1000 }, { "秒", 1000 },
	{ "minutes", 60000 }, { "min", 60000 }, { "m", 60000 }, { "分钟", 60000 }, { "分", 60000 },
	{ "hours", 3600000 }, { "h", 3600000 }, { "小时", 3600000 },
	{ "days", 86400000 }, { "d", 86400000 }, { "天", 86400000 }, { "日", 86400000 },
	{ "weeks", 604800000 }, { "w", 604800000 }, { "周", 604800000 },
};
/* clang-format on */

/* Digits at *s, at most 15 of them; *s moves behind. False: none, or too many. */
static bool number(const char **s, int64_t *out)
{
	int n = 0;

	*out = 0;
	for (; **s >= '0' && **s <= '9'; (*s)++, n++) {
		if (n == 15)
			return false;
		*out = *out * 10 + (**s - '0');
	}
	return n > 0;
}

static int64_t time_unit(const char **s)
{
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		size_t n = strlen(times[i].name);

		if (strncmp(*s, times[i].name, n) == 0) {
			*s += n;
			return times[i].ms;
		}
	}
	return 0;
}

bool config_duration(const char *s, int64_t *ms)
{
	int64_t n, unit;
	bool first = true;

	*ms = 0;
	do {
		s += strspn(s, " ");
		if (!number(&s, &n))
			return false;
		s += strspn(s, " ");
		unit = *s == '\0' && first ? 1000 : time_unit(&s);
		if (unit == 0 || n > LONGEST_MS / unit || *ms + n * unit > LONGEST_MS)
			return false;
		*ms += n * unit;
		first = false;
		s += strspn(s, " ");
	} while (*s != '\0');
	return true;
}

bool config_size(const char *s, int64_t *bytes)
{
	static const char letters[] = "KMGT";
	const char *letter;
	int shift = 0;

	if (!number(&s, bytes))
		return false;
	s += strspn(s, " ");
	letter = *s == '\0' ? NULL : strchr(letters, *s == 'k' ? 'K' : *s);
	if (letter != NULL) {
		shift = 10 * (int)(letter - letters + 1);
		s++;
		if (*s == 'i' && s[1] == 'B')
			s++;
	}
	if (*s == 'B')
		s++;
	if (*s != '\0' || *bytes > INT64_MAX >> shift)
		return false;
	*bytes <<= shift;
	return true;
}

static bool time_of_day(const char **s, int *minute)
{
	int64_t h, m;

	if (!number(s, &h) || *(*s)++ != ':' || !number(s, &m))
		return false;
	*minute = (int)(h * 60 + m);
	return h <= 24 && m <= 59 && *minute <= 1440;
}

bool config_window(const char *s, int *from_min, int *to_min)
{
	if (strcmp(s, "always") == 0 || strcmp(s, "全天") == 0) {
		*from_min = 0;
		*to_min = 1440;
		return true;
	}
	return time_of_day(&s, from_min) && *s++ == '-' && time_of_day(&s, to_min) && *s == '\0' &&
	       *from_min < 1440 && *from_min != *to_min;
}

char *config_say_duration(int64_t ms, char out[CONFIG_SAY])
{
	static const struct {
		int64_t ms;
		const char *name;
	} units[] = { { 86400000, "天" }, { 3600000, "小时" }, { 60000, "分钟" }, { 1000, "秒" },
		{ 1, "毫秒" } };
	size_t i = 0;

	while (i < sizeof units / sizeof *units - 1 && (ms == 0 || ms % units[i].ms != 0))
		i++;
	if (ms == 0)
		i = 3;
	snprintf(out, CONFIG_SAY, "%" PRId64 "%s", ms / units[i].ms, units[i].name);
	return out;
}

char *config_say_size(int64_t bytes, char out[CONFIG_SAY])
{
	static const char *const units[] = { "", "K", "M", "G", "T" };
	int i = 0;

	while (i < 4 && bytes != 0 && bytes % 1024 == 0) {
		bytes /= 1024;
		i++;
	}
	snprintf(out, CONFIG_SAY, "%" PRId64 "%s", bytes, units[i]);
	return out;
}
