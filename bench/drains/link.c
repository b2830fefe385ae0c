/* A link between clients and a server on the loopback: passes on what they send, counts what the server sends, and limits
 * its rate if asked to.
 *
 *   link SERVER_PORT BYTES_PER_SECOND
 *
 * 0 bytes per second mean no limit. The link prints the port on which it listens, and then, for each line on its standard input,
 * the number of bytes that the server has sent. It ends when its standard input ends. All connections share the limit: as on a
 * network card, a connection waits until the bytes that were passed on before it have had their time. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* A piece takes half a millisecond at 1 Gbit/s. After a pause, the link may send at once what fits into BURST_NANOS. */
enum { PIECE_BYTES = 1 << 16, BURST_NANOS = 1000000 };

#define SECOND_NANOS 1000000000ULL

static uint16_t server_port;
static uint64_t bytes_per_sec;
static atomic_uint_fast64_t sent_bytes;

static pthread_mutex_t clock_lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t free_at_nanos; /* when all bytes so far have had their time */

static _Noreturn void fail(const char *what)
{
    perror(what);
    exit(1);
}

static uint64_t now_nanos(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND_NANOS + (uint64_t)now.tv_nsec;
}

/* Waits until the link is free for these bytes. */
static void wait_for(uint64_t bytes)
{
    if (bytes_per_sec == 0)
        return;
    pthread_mutex_lock(&clock_lock);
    uint64_t earliest = now_nanos() - BURST_NANOS;
    uint64_t begin = free_at_nanos > earliest ? free_at_nanos : earliest;
    uint64_t end = free_at_nanos = begin + bytes * SECOND_NANOS / bytes_per_sec;
    pthread_mutex_unlock(&clock_lock);
    struct timespec until = {.tv_sec = (time_t)(end / SECOND_NANOS), .tv_nsec = (long)(end % SECOND_NANOS)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        ;
}

static bool write_all(int socket, const char *bytes, size_t left)
{
    while (left > 0) {
        ssize_t written = write(socket, bytes, left);
        if (written < 0)
            return false;
        bytes += written;
        left -= (size_t)written;
    }
    return true;
}

struct ends {
    int client;
    int server;
};

static void *pass_requests(void *ends)
{
    const struct ends *both = ends;
    char piece[PIECE_BYTES];
    ssize_t bytes;
    while ((bytes = read(both->client, piece, sizeof piece)) > 0)
        if (!write_all(both->server, piece, (size_t)bytes))
            break;
    shutdown(both->server, SHUT_WR);
    return NULL;
}

static void pass_answers(const struct ends *both)
{
    char piece[PIECE_BYTES];
    ssize_t bytes;
    while ((bytes = read(both->server, piece, sizeof piece)) > 0) {
        atomic_fetch_add(&sent_bytes, (uint64_t)bytes);
        wait_for((uint64_t)bytes);
        if (!write_all(both->client, piece, (size_t)bytes))
            break;
    }
    /* Also ends the other direction, if the client still waits. */
    shutdown(both->client, SHUT_RDWR);
}

static struct sockaddr_in at(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void send_at_once(int socket)
{
    int yes = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

static void *serve(void *client)
{
    struct ends both = {.client = (int)(intptr_t)client, .server = socket(AF_INET, SOCK_STREAM, 0)};
    struct sockaddr_in address = at(server_port);
    pthread_t requests;
    send_at_once(both.client);
    send_at_once(both.server);
    if (connect(both.server, (struct sockaddr *)&address, sizeof address) == 0 &&
        pthread_create(&requests, NULL, pass_requests, &both) == 0) {
        pass_answers(&both);
        pthread_join(requests, NULL);
    }
    close(both.server);
    close(both.client);
    return NULL;
}

static void *accept_clients(void *listener)
{
    for (;;) {
        int client = accept((int)(intptr_t)listener, NULL, NULL);
        pthread_t thread;
        if (client < 0)
            fail("accept");
        if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)client) != 0)
            fail("thread");
        pthread_detach(thread);
    }
}

static int listening(uint16_t *port)
{
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = at(0);
    socklen_t bytes = sizeof address;
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, SOMAXCONN) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &bytes) != 0)
        fail("listen");
    *port = ntohs(address.sin_port);
    return listener;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: link SERVER_PORT BYTES_PER_SECOND\n");
        return 2;
    }
    server_port = (uint16_t)atoi(argv[1]);
    bytes_per_sec = strtoull(argv[2], NULL, 10);
    signal(SIGPIPE, SIG_IGN); /* a client that has gone is the end of its connection, not of the link */
    uint16_t port;
    int listener = listening(&port);
    pthread_t acceptor;
    if (pthread_create(&acceptor, NULL, accept_clients, (void *)(intptr_t)listener) != 0)
        fail("thread");
    printf("%u\n", port);
    fflush(stdout);
    for (int c = getchar(); c != EOF; c = getchar()) {
        if (c != '\n')
            continue;
        printf("%" PRIuFAST64 "\n", atomic_load(&sent_bytes));
        fflush(stdout);
    }
    return 0;
}
