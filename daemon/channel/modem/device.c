/* device.c - looks for the device of a modem, and says why it is none. */
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libserialport.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ports.h"

#include "banned.h"

static enum device_state look_at_list(const char *folder)
{
	struct ports list;

	ports_list(&list, folder);
	return list.count > 0 ? DEVICE_THERE : DEVICE_ABSENT;
}

static enum device_state look_at_path(const char *path)
{
	struct sp_port *port;

	if (faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) != 0)
		return DEVICE_FORBIDDEN;
	if (strncmp(path, "/dev/pts/", 9) == 0)
		return DEVICE_THERE; /* opened without libserialport, see port.c */
	if (sp_get_port_by_name(path, &port) != SP_OK)
		return DEVICE_NO_TTY;
	sp_free_port(port);
	return DEVICE_THERE;
}

enum device_state device_look(const char *device, const char *imei)
{
	char path[PATH_MAX];

	if (strncmp(device, "tcp:", 4) == 0)
		return DEVICE_THERE;
	if (ports_is_folder(device))
		return look_at_list(device);
	if (device[0] != '\0' && realpath(device, path) != NULL)
		return look_at_path(path);
	if (device[0] != '\0' && errno == EACCES)
		return DEVICE_FORBIDDEN;
	return imei[0] == '\0' ? DEVICE_ABSENT : look_at_list(NULL);
}

/* -- words ------------------------------------------------------------------------------------- */

static void tell_ports(const char *there, char *text, size_t n)
{
	if (there[0] == '\0')
		snprintf(text, n, "现在一个USB串口都没有,请查线、供电和模块");
	else
		snprintf(text, n, "现在有的串口:%s", there);
}

enum { NAMES_MAX = 2048 }; /* what a row of passwd or group may need; longer: the usual name */

static const char *user_name(char room[NAMES_MAX])
{
	struct passwd entry, *me = NULL;

	if (getpwuid_r(geteuid(), &entry, room, NAMES_MAX, &me) != 0 || me == NULL)
		return "quanzu";
	return me->pw_name;
}

/*
 * The group to join. Under PrivateUsers= groups have no names of their own, and what belongs to
 * root's group is not to be mended by joining it: then it is the one that Debian gives to ports.
 */
static const char *group_name(const char *path, char room[NAMES_MAX])
{
	enum { NOBODY = 65534 };
	struct group entry, *g = NULL;
	struct stat st;

	if (stat(path, &st) != 0 || st.st_gid == 0 || st.st_gid == NOBODY ||
		getgrgid_r(st.st_gid, &entry, room, NAMES_MAX, &g) != 0 || g == NULL)
		return "dialout";
	return g->gr_name;
}

static void tell_mend(const char *path, char *text, size_t n)
{
	char of_user[NAMES_MAX], of_group[NAMES_MAX];
	const char *user = user_name(of_user), *group = group_name(path, of_group);

	snprintf(text, n,
		"用户 %s 没有读写权限:执行 usermod -aG %s %s,再重启 quanzud;"
		"仍然不行就看 ls -lL 里它属于谁",
		user, group, user);
}

const char *device_tell(
	enum device_state s, const char *device, const char *there, char text[DEVICE_TEXT])
{
	char more[DEVICE_TEXT / 2 + 128];

	if (s == DEVICE_FORBIDDEN) {
		tell_mend(device, more, sizeof more);
		snprintf(text, DEVICE_TEXT, "%s %s", device, more);
		return text;
	}
	tell_ports(there, more, sizeof more);
	if (s == DEVICE_NO_TTY)
		snprintf(text, DEVICE_TEXT, "%s 存在,但不是串口;%s", device, more);
	else if (device[0] == '\0')
		snprintf(text, DEVICE_TEXT, "没有可以按 imei 去找的串口;%s", more);
	else
		snprintf(text, DEVICE_TEXT,
			"%s 不存在(没有插上,或者路径写错);插上以后会自动找到;%s", device, more);
	return text;
}
