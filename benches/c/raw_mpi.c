/* Plain MPI between ranks 0 and 1: what the suite `ranks` compares with. All ranks call each function; the others wait in its barrier.
 * Each returns a figure on rank 0, 0 elsewhere, and -1 where a call of MPI has failed. MPI has been started before. */
#include <mpi.h>
#include <stdlib.h>
#include <string.h>

static MPI_Comm comm = MPI_COMM_NULL;
static int rank;

#define TRY(call)                                                              \
    do {                                                                       \
        if ((call) != MPI_SUCCESS)                                             \
            return -1;                                                         \
    } while (0)

static int begin(void) {
    if (comm == MPI_COMM_NULL) {
        TRY(MPI_Comm_dup(MPI_COMM_WORLD, &comm));
        TRY(MPI_Comm_rank(comm, &rank));
    }
    TRY(MPI_Barrier(comm));
    return 0;
}

/* Seconds one message of 8 bytes takes, half of there and back. */
double raw_mpi_latency(int rounds) {
    TRY(begin());
    char word[8] = {0};
    double start = MPI_Wtime();
    for (int round = 0; round < rounds && rank < 2; round++) {
        if (rank == 0) {
            TRY(MPI_Send(word, 8, MPI_BYTE, 1, 0, comm));
            TRY(MPI_Recv(word, 8, MPI_BYTE, 1, 0, comm, MPI_STATUS_IGNORE));
        } else {
            TRY(MPI_Recv(word, 8, MPI_BYTE, 0, 0, comm, MPI_STATUS_IGNORE));
            TRY(MPI_Send(word, 8, MPI_BYTE, 0, 0, comm));
        }
    }
    double seconds = MPI_Wtime() - start;
    TRY(MPI_Barrier(comm));
    return rank == 0 ? seconds / rounds / 2 : 0;
}

/* Bytes a second from rank 0 to rank 1, into memory that is warm, or into fresh memory for each message. */
double raw_mpi_bandwidth(int bytes, int rounds, int fresh) {
    TRY(begin());
    char *memory = rank < 2 ? malloc(bytes) : NULL, done = 0;
    if (rank < 2) {
        if (memory == NULL)
            return -1;
        memset(memory, 1, bytes);
    }
    TRY(MPI_Barrier(comm));
    double start = MPI_Wtime();
    for (int round = 0; round < rounds && rank < 2; round++) {
        if (rank == 0) {
            TRY(MPI_Send(memory, bytes, MPI_BYTE, 1, 0, comm));
            TRY(MPI_Recv(&done, 1, MPI_BYTE, 1, 0, comm, MPI_STATUS_IGNORE));
        } else {
            if (fresh) {
                free(memory);
                memory = malloc(bytes);
                if (memory == NULL)
                    return -1;
            }
            TRY(MPI_Recv(memory, bytes, MPI_BYTE, 0, 0, comm, MPI_STATUS_IGNORE));
            TRY(MPI_Send(&done, 1, MPI_BYTE, 0, 0, comm));
        }
    }
    double seconds = MPI_Wtime() - start;
    free(memory);
    TRY(MPI_Barrier(comm));
    return rank == 0 ? (double)bytes * rounds / seconds : 0;
}

/* Messages of 8 bytes a second from rank 0 to rank 1, 64 under way at a time. */
double raw_mpi_rate(int messages) {
    TRY(begin());
    enum { WINDOW = 64 };
    char words[WINDOW][8] = {{0}}, done = 0;
    MPI_Request requests[WINDOW];
    double start = MPI_Wtime();
    for (int sent = 0; sent < messages && rank < 2; sent += WINDOW) {
        for (int slot = 0; slot < WINDOW; slot++) {
            if (rank == 0)
                TRY(MPI_Isend(words[slot], 8, MPI_BYTE, 1, 0, comm, &requests[slot]));
            else
                TRY(MPI_Irecv(words[slot], 8, MPI_BYTE, 0, 0, comm, &requests[slot]));
        }
        TRY(MPI_Waitall(WINDOW, requests, MPI_STATUSES_IGNORE));
    }
    if (rank == 0)
        TRY(MPI_Recv(&done, 1, MPI_BYTE, 1, 0, comm, MPI_STATUS_IGNORE));
    else if (rank == 1)
        TRY(MPI_Send(&done, 1, MPI_BYTE, 0, 0, comm));
    double seconds = MPI_Wtime() - start;
    TRY(MPI_Barrier(comm));
    return rank == 0 ? messages / seconds : 0;
}
