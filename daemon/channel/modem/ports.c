#include "ports.h"

#include <dirent.h>
#include <libserialport.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "banned.h"

static struct {
	const void *holder;
	char path[PORTS_PATH];
} held[PORTS_MAX];

bool ports_hold(const void *holder, const char *path)
{
	size_t free_place = PORTS_MAX;

	for (size_t i = 0; i < PORTS_MAX; i++) {
		if (held[i].holder == holder)
			held[i].holder = NULL;
		if (held[i].holder == NULL)
			free_place = i;
		else if (path != NULL && strcmp(held[i].path, path) == 0)
			return false;
	}
	if (path == NULL || free_place == PORTS_MAX)
		return true;
	held[free_place].holder = holder;
	snprintf(held[free_place].path, PORTS_PATH, "%s", path);
	return true;
}

static bool is_held(const char *path)
{
	for (size_t i = 0; i < PORTS_MAX; i++)
		if (held[i].holder != NULL && strcmp(held[i].path, path) == 0)
			return true;
	return false;
}

static void add(struct ports *out, const char *path)
{
	if (out->count == PORTS_MAX || strlen(path) >= PORTS_PATH || is_held(path))
		return;
	for (size_t i = 0; i < out->count; i++)
		if (strcmp(out->path[i], path) == 0)
			return;
	snprintf(out->path[out->count++], PORTS_PATH, "%s", path);
}

/* Interface 2 is the AT port of most sticks (1.10), then 3, then the others. */
static int rank(const char *name)
{
	static const char *const likely[] = { "-if02", "-if03", "-if01", "-if00" };

	for (int i = 0; i < 4; i++)
		if (strstr(name, likely[i]) != NULL)
			return i;
	return 4;
}

static int by_rank(const struct dirent **a, const struct dirent **b)
{
	int d = rank((*a)->d_name) - rank((*b)->d_name);

	return d != 0 ? d : strcmp((*a)->d_name, (*b)->d_name);
}

static int is_link(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static const char by_id[] = "/dev/serial/by-id";

/* Each link that leads somewhere, with where that is. */
static void each_link(
	const char *folder, void (*see)(void *arg, const char *link, const char *path), void *arg)
{
	struct dirent **names;
	int n = scandir(folder, &names, is_link, by_rank);

	for (int i = 0; i < n; i++) {
		char link[PORTS_PATH * 2], path[PATH_MAX];

		snprintf(link, sizeof link, "%s/%s", folder, names[i]->d_name);
		if (realpath(link, path) != NULL)
			see(arg, link, path);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

static void add_link(void *arg, const char *link, const char *path)
{
	(void)link;
	add(arg, path);
}

void ports_list(struct ports *out, const char *folder)
{
	struct sp_port **list;

	memset(out, 0, sizeof *out);
	each_link(folder != NULL ? folder : by_id, add_link, out);
	if (folder != NULL || sp_list_ports(&list) != SP_OK)
		return;
	for (size_t i = 0; list[i] != NULL; i++)
		if (sp_get_port_transport(list[i]) == SP_TRANSPORT_USB)
			add(out, sp_get_port_name(list[i]));
	sp_free_port_list(list);
}

/* -- names ------------------------------------------------------------------------------------- */

struct names {
	char *out;
	size_t n, used;
	int count, left_out;
	struct ports named; /* where the links lead */
};

static void put_name(struct names *w, const char *name)
{
	enum { ROOM_FOR_THE_REST = 24 };
	int n;

	if (w->left_out > 0 || w->used + strlen(name) + ROOM_FOR_THE_REST >= w->n) {
		w->left_out++;
		return;
	}
	n = snprintf(w->out + w->used, w->n - w->used, "%s%s", w->count > 0 ? "、" : "", name);
	w->used += (size_t)n;
	w->count++;
}

static void name_link(void *arg, const char *link, const char *path)
{
	struct names *w = arg;

	if (is_held(path))
		return;
	add(&w->named, path);
	put_name(w, link);
}

static bool is_named(const struct names *w, const char *path)
{
	for (size_t i = 0; i < w->named.count; i++)
		if (strcmp(w->named.path[i], path) == 0)
			return true;
	return false;
}

const char *ports_names(const char *folder, char *out, size_t n)
{
	struct names w = { .out = out, .n = n };
	struct ports all;

	out[0] = '\0';
	each_link(folder != NULL ? folder : by_id, name_link, &w);
	ports_list(&all, folder);
	for (size_t i = 0; i < all.count; i++)
		if (!is_named(&w, all.path[i]))
			put_name(&w, all.path[i]);
	if (w.left_out > 0)
		snprintf(out + w.used, n - w.used, " 等%d个", w.count + w.left_out);
	return out;
}

bool ports_is_folder(const char *device)
{
	struct stat st;

	return device[0] == '/' && stat(device, &st) == 0 && S_ISDIR(st.st_mode);
}

/* "1-1.2" in .../usb1/1-1/1-1.2/1-1.2:1.2/ttyUSB0: the last part that is a bus place itself. */
static bool is_place(const char *s, size_t n)
{
	size_t bus = strspn(s, "0123456789");

	return bus > 0 && s[bus] == '-' && n > bus + 1 &&
	       bus + 1 + strspn(s + bus + 1, "0123456789.") == n;
}

void ports_usb(const char *device, char out[PORTS_USB])
{
	char path[PATH_MAX], sys[PATH_MAX + 40];
	const char *name, *at;

	out[0] = '\0';
	if (realpath(device, path) == NULL || strncmp(path, "/dev/tty", 8) != 0)
		return;
	name = path + strlen("/dev/");
	snprintf(sys, sizeof sys, "/sys/class/tty/%s/device", name);
	if (realpath(sys, path) == NULL)
		return;
	for (at = path; at != NULL && *at == '/'; at = strchr(at + 1, '/')) {
		size_t n = strcspn(at + 1, "/");

		if (n < PORTS_USB && is_place(at + 1, n))
			snprintf(out, PORTS_USB, "%.*s", (int)n, at + 1);
	}
}
