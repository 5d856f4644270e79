#include "sim_args.h"

#include <stdlib.h>
#include <string.h>

#include "banned.h"

void sim_args_init(struct sim_args *a, const char *text)
{
	a->at = text;
}

bool sim_args_more(const struct sim_args *a)
{
	return a->at != NULL;
}

/* Behind a field stands a comma or the end. */
static bool step(struct sim_args *a, const char *end)
{
	while (*end == ' ')
		end++;
	if (*end != ',' && *end != '\0')
		return false;
	a->at = *end == ',' ? end + 1 : NULL;
	return true;
}

static const char *begin(struct sim_args *a)
{
	const char *s = a->at;

	while (s != NULL && *s == ' ')
		s++;
	return s;
}

bool sim_args_number(struct sim_args *a, long min, long max, int *out)
{
	const char *s = begin(a);
	char *end;
	long n;

	if (s == NULL)
		return true;
	if (*s == ',' || *s == '\0')
		return step(a, s);
	if (*s < '0' || *s > '9')
		return false;
	n = strtol(s, &end, 10);
	if (n < min || n > max || !step(a, end))
		return false;
	*out = (int)n;
	return true;
}

bool sim_args_string(struct sim_args *a, char *out, size_t n)
{
	const char *s = begin(a), *end;
	size_t len;

	if (s == NULL)
		return true;
	if (*s == ',' || *s == '\0')
		return step(a, s);
	if (*s == '"') {
		end = strchr(++s, '"');
		if (end == NULL)
			return false;
		len = (size_t)(end++ - s);
	} else {
		len = strcspn(s, ",");
		end = s + len;
		while (len > 0 && s[len - 1] == ' ')
			len--;
	}
	if (len >= n || !step(a, end))
		return false;
	memcpy(out, s, len);
	out[len] = '\0';
	return true;
}

bool sim_args_end(const struct sim_args *a)
{
	return a->at == NULL;
}
