#include "supervise/unit_files.h"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::supervise {
namespace {

using Names = std::vector<std::string>;

class UnitFiles : public testing::Test {
 protected:
  void add(const std::string& name) {
    const std::string path = directory_.path() + "/" + name;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    test::write_text_file(path, "x");
  }
  // Relative to the directory.
  Names files_of(const std::string& name) {
    Names names = unit_files_of(directory_.path() + "/" + name);
    for (std::string& path : names)
      path.erase(0, directory_.path().size() + 1);
    return names;
  }

  test::TempDir directory_;
};

TEST_F(UnitFiles, AreTheUnitAndItsDropInsByName) {
  for (const char* name :
       {"a.service", "a.service.d/20.conf", "a.service.d/10.conf", "a.service.d/10.txt",
        "a.service.d/.hidden.conf", "b.service.d/1.conf"}) {
    add(name);
  }

  EXPECT_EQ(files_of("a.service"),
            (Names{"a.service", "a.service.d/10.conf", "a.service.d/20.conf"}));
}

TEST_F(UnitFiles, OfAnInstanceAreThoseOfItsTemplateUnlessItHasOneOfItsOwn) {
  add("web@.service");
  add("web@.service.d/10.conf");
  add("web@7.service.d/20.conf");
  EXPECT_EQ(files_of("web@7.service"),
            (Names{"web@.service", "web@.service.d/10.conf", "web@7.service.d/20.conf"}));

  add("web@7.service");
  EXPECT_EQ(files_of("web@7.service").front(), "web@7.service");
}

TEST_F(UnitFiles, OfTheMostSpecialDirectoryHideThoseOfTheSameName) {
  for (const char* name : {"service.d/x.conf", "service.d/all.conf", "a-.service.d/x.conf",
                           "a-b-.service.d/y.conf", "a-b-c.service.d/x.conf"}) {
    add(name);
  }

  EXPECT_EQ(files_of("a-b-c.service"), (Names{"a-b-c.service", "service.d/all.conf",
                                              "a-b-c.service.d/x.conf", "a-b-.service.d/y.conf"}));
  EXPECT_EQ(files_of("a-z.service"),
            (Names{"a-z.service", "service.d/all.conf", "a-.service.d/x.conf"}));
}

TEST_F(UnitFiles, AreOneThatIsNotThereWhereThereIsNone) {
  EXPECT_EQ(files_of("none.service"), Names{"none.service"});
}

}  // namespace
}  // namespace logq::supervise
