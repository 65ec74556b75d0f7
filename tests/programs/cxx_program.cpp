// SPDX-License-Identifier: BSD-2-Clause
// cxx_program.cpp: what a C++ program uses: static objects, exceptions, containers, streams,
// std::thread, thread_local, arguments, environment. Prints only what is the same on every machine.
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <functional>
#include <future>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <mpi.h>
#include <mutex>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace
{
int rank, ranks;

// Lines leave whole: one write per line.
class Line
{
  public:
    Line()
    {
        text << "rank " << rank << " of " << ranks << ": ";
    }
    Line(const Line &) = delete;
    Line &operator=(const Line &) = delete;
    ~Line()
    {
        text << '\n';
        std::cout << text.str() << std::flush;
    }
    template <typename T> Line &operator<<(const T &value)
    {
        text << value;
        return *this;
    }

  private:
    std::ostringstream text;
};

// Constructed before main, in every rank; destroyed after it, with the last words of the program.
struct Registry {
    std::map<std::string, int> entries{{"one", 1}, {"two", 2}};
    ~Registry()
    {
        Line() << "registry of " << entries.size() << " destroyed";
        Line() << "ok";
    }
} registry;

int alive; // objects constructed and not yet destroyed

struct Part {
    explicit Part(int number) : number(number)
    {
        if (number == 7)
            throw std::out_of_range("part 7");
        alive++;
    }
    Part(const Part &other) : number(other.number)
    {
        alive++;
    }
    Part &operator=(const Part &) = default;
    ~Part()
    {
        alive--;
    }
    int number;
};

// The constructor throws when it is half done: the parts made so far must be destroyed.
struct Machine {
    explicit Machine(int parts)
    {
        for (int i = 0; i < parts; i++)
            part.emplace_back(i);
    }
    std::vector<Part> part;
};

int depth(int n)
{
    std::string local(static_cast<std::size_t>(n) + 30, 'x'); // to be destroyed on the way up
    if (n == 0)
        throw std::runtime_error("from the depth of " + std::to_string(local.size()));
    return depth(n - 1) + 1;
}

void use_exceptions()
{
    try {
        Machine machine(10);
    } catch (const std::out_of_range &error) {
        Line() << "caught " << error.what() << ", " << alive << " parts alive";
    }
    try {
        depth(50);
    } catch (const std::exception &error) {
        Line() << "caught " << error.what();
    }
    auto future = std::async(std::launch::async, []() -> int { throw 42; });
    try {
        future.get();
    } catch (int number) {
        Line() << "caught " << number << " of another thread";
    }
}

thread_local int mine = 5;

void use_threads()
{
    std::vector<std::thread> thread;
    std::vector<int> result(4);
    std::atomic<int> sum{0};
    std::mutex lock;
    std::condition_variable turn;
    int next = 0;

    for (int i = 0; i < 4; i++)
        thread.emplace_back([&, i] {
            mine += i;
            std::unique_lock<std::mutex> hold(lock);
            turn.wait(hold, [&] { return next == i; }); // one after the other
            result[static_cast<std::size_t>(i)] = mine * 10 + next++;
            sum += mine;
            turn.notify_all();
        });
    for (auto &one : thread)
        one.join();
    Line line;
    for (int value : result)
        line << value << ' ';
    line << "sum " << sum << ", main's own " << mine;
}
} // namespace

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    for (int i = 1; i < argc; i++)
        Line() << "argument " << i << " is [" << argv[i] << "]";
    const char *greeting = std::getenv("GREETING");
    Line() << "GREETING is [" << (greeting ? greeting : "not set") << "]";
    registry.entries["rank"] = rank;
    Line() << "registry: " << registry.entries["rank"] + registry.entries["two"];
    auto numbers = std::make_unique<std::vector<double>>(100000);
    std::iota(numbers->begin(), numbers->end(), rank);
    std::ostringstream text;
    text << std::fixed << std::setprecision(1)
         << std::accumulate(numbers->begin(), numbers->end(), 0.0) << ' ' << std::hex << 48879;
    Line() << "streams: " << text.str();
    use_exceptions();
    use_threads();
    MPI_Finalize();
    return 0;
}
