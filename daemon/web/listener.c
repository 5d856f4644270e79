#include "listener.h"

#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "banned.h"

enum { BACKLOG = 1024, GROUPS_MAX = 256 };

/* HOST:PORT or [HOST]:PORT; *host is "" for "*". */
static bool split_address(const char *address, char *host, size_t host_n, char *port, size_t port_n)
{
	const char *colon = strrchr(address, ':');
	size_t n;

	if (colon == NULL || colon[1] == '\0' || strlen(colon + 1) >= port_n ||
		colon[1 + strspn(colon + 1, "0123456789")] != '\0')
		return false;
	n = (size_t)(colon - address);
	if (n >= 2 && address[0] == '[' && address[n - 1] == ']') {
		address++;
		n -= 2;
	}
	if (n == 1 && address[0] == '*')
		n = 0;
	if (n >= host_n)
		return false;
	memcpy(host, address, n);
	host[n] = '\0';
	snprintf(port, port_n, "%s", colon + 1);
	return true;
}

static int open_one(const struct addrinfo *ai)
{
	int on = 1, saved;
	int fd = socket(ai->ai_family, ai->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (ai->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

static void say_why(const char *address, char *why, size_t n)
{
	if (errno == EADDRINUSE)
		snprintf(why, n,
			"监听地址 %s 已被别的程序占用，请先停掉它，或在配置 http.listen "
			"里换一个端口",
			address);
	else if (errno == EACCES)
		snprintf(why, n, "没有权限监听 %s（1024 以下的端口要特权），请换一个端口", address);
	else if (errno == EADDRNOTAVAIL)
		snprintf(why, n, "本机没有 %s 这个地址，请检查配置 http.listen", address);
	else
		snprintf(why, n, "不能监听 %s：%s", address, strerror(errno));
}

int listener_tcp(const char *address, char *why, size_t why_size)
{
	struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	char host[64], port[8];
	int fd;

	if (!split_address(address, host, sizeof host, port, sizeof port) ||
		getaddrinfo(host[0] == '\0' ? NULL : host, port, &hints, &found) != 0) {
		snprintf(why, why_size,
			"监听地址 %s 写法不对，应为 IP:端口，例如 127.0.0.1:8080 或 [::1]:8080",
			address);
		return -1;
	}
	fd = open_one(found);
	freeaddrinfo(found);
	if (fd < 0)
		say_why(address, why, why_size);
	return fd;
}

/* A socket file is left over when nobody answers at it. */
static bool clear_path(const struct sockaddr_un *at, char *why, size_t n)
{
	struct stat st;
	int fd, rc;

	if (lstat(at->sun_path, &st) != 0)
		return true;
	if (!S_ISSOCK(st.st_mode)) {
		snprintf(why, n, "%s 已存在而且不是套接字，请移走它或改配置 http.socket",
			at->sun_path);
		return false;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	rc = connect(fd, (const struct sockaddr *)at, sizeof *at);
	if (rc != 0 && errno == ECONNREFUSED)
		rc = unlink(at->sun_path);
	else
		rc = -1;
	close(fd);
	if (rc != 0)
		snprintf(why, n, "%s 上已有一个 quanzud 在运行", at->sun_path);
	return rc == 0;
}

int listener_unix(const char *path, gid_t group, char *why, size_t why_size)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof at.sun_path) {
		snprintf(why, why_size, "套接字路径 %s 太长，最多 %zu 个字节", path,
			sizeof at.sun_path - 1);
		return -1;
	}
	memcpy(at.sun_path, path, strlen(path) + 1);
	if (!clear_path(&at, why, why_size))
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* The mode before bind() counts: there is no moment in which others may connect. */
	if (fd >= 0 && fchmod(fd, 0660) == 0 &&
		bind(fd, (const struct sockaddr *)&at, sizeof at) == 0 &&
		(group == (gid_t)-1 || chown(path, (uid_t)-1, group) == 0) &&
		chmod(path, 0660) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	snprintf(why, why_size, "不能建立套接字 %s：%s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

gid_t listener_group(const char *name, bool *known)
{
	struct group entry, *found = NULL;
	char room[16384];

	*known = true;
	if (name[0] == '\0')
		return (gid_t)-1;
	if (getgrnam_r(name, &entry, room, sizeof room, &found) == 0 && found != NULL)
		return found->gr_gid;
	*known = false;
	return (gid_t)-1;
}

bool listener_trusts(int fd, gid_t group)
{
	gid_t groups[GROUPS_MAX];
	struct ucred peer;
	socklen_t n = sizeof peer;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) != 0)
		return false;
	if (peer.uid == 0 || peer.uid == geteuid())
		return true;
	if (group == (gid_t)-1)
		return false;
	if (peer.gid == group)
		return true;
	n = sizeof groups;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &n) != 0)
		return false;
	for (size_t i = 0; i < n / sizeof *groups; i++)
		if (groups[i] == group)
			return true;
	return false;
}
