// SPDX-License-Identifier: BSD-2-Clause
// files_cxx.cpp: std::fstream and std::filesystem: every rank makes a tree below a directory of its own,
// which is the same on every machine.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <mpi.h>
#include <set>
#include <string>
#include <vector>

namespace fs = std::filesystem;

#define NEED(fact) ((fact) ? (void)0 : not_so(#fact, __LINE__))

static void not_so(const char *fact, int line)
{
    std::cout << "files_cxx.cpp:" << line << ": not so: " << fact << std::endl;
    MPI_Abort(MPI_COMM_WORLD, 1);
}

static std::string content(const fs::path &path)
{
    std::ifstream file(path, std::ios::binary);

    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

static void streams(const fs::path &own)
{
    std::vector<double> values(5000);
    std::fstream file(own / "values",
                      std::ios::in | std::ios::out | std::ios::trunc | std::ios::binary);
    double one = 0;

    for (std::size_t i = 0; i < values.size(); i++)
        values[i] = 0.5 * double(i);
    NEED(file.write(reinterpret_cast<char *>(values.data()), std::streamsize(values.size() * 8)));
    NEED(file.seekg(1234 * 8) && file.read(reinterpret_cast<char *>(&one), 8) && one == 617);
    NEED(file.seekp(8) && file.write("overhere", 8));
    file.close();
    NEED(fs::file_size(own / "values") == values.size() * 8 &&
         content(own / "values").substr(8, 8) == "overhere");
    for (int i = 0; i < 3; i++)
        std::ofstream(own / "log", std::ios::app) << "line " << i << "\n";
    NEED(content(own / "log") == "line 0\nline 1\nline 2\n");
    NEED(!std::ifstream(own / "absent"));
}

static void trees(const fs::path &own)
{
    std::set<std::string> found;
    std::error_code error;

    NEED(fs::create_directories(own / "a" / "b" / "c") && !fs::create_directory(own / "a"));
    NEED(fs::copy_file(own / "log", own / "a" / "b" / "log"));
    fs::create_symlink("b/log", own / "a" / "link");
    NEED(fs::is_symlink(own / "a" / "link") && content(own / "a" / "link") == content(own / "log"));
    NEED(fs::read_symlink(own / "a" / "link") == "b/log");
    NEED(fs::canonical(own / "a" / "link") == fs::canonical(own) / "a" / "b" / "log");
    fs::create_hard_link(own / "log", own / "twin");
    NEED(fs::hard_link_count(own / "log") == 2 && fs::equivalent(own / "log", own / "twin"));
    fs::copy(own / "a", own / "copy", fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    for (const auto &entry : fs::recursive_directory_iterator(own / "copy"))
        found.insert(entry.path().lexically_relative(own).string());
    NEED((found == std::set<std::string>{"copy/b", "copy/b/c", "copy/b/log", "copy/link"}));
    fs::rename(own / "copy" / "b", own / "moved");
    NEED(!fs::exists(own / "copy" / "b") && fs::is_empty(own / "moved" / "c"));
    NEED(fs::remove_all(own / "moved") == 3);
    fs::resize_file(own / "twin", 7);
    NEED(content(own / "log") == "line 0\n");
    fs::permissions(own / "values", fs::perms::owner_read | fs::perms::group_read);
    NEED(fs::status(own / "values").permissions() == fs::perms(0440));
    NEED(!fs::remove(own / "absent") && !fs::remove(own / "a", error) && error);
    NEED(fs::space(own).capacity > 0);
}

int main(int argc, char **argv)
{
    int rank;

    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    try {
        fs::path own = fs::current_path() / ("rank " + std::to_string(rank));

        NEED(fs::create_directory(own));
        streams(own);
        trees(own);
        fs::current_path(own);
        NEED(content("log") == "line 0\n");
    } catch (const std::exception &error) {
        std::cout << "rank " << rank << ": " << error.what() << std::endl;
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    std::cout << "files: ok" << std::endl;
    MPI_Finalize();
    return 0;
}
