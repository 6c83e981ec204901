package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

const (
	stageNpm  = "npm ci"
	stagePage = "build the page"
)

// npmInstall installs exactly what the lock file says, unless that is what is there.
func (r *runner) npmInstall() {
	r.stage(stageNpm, nil, func() error {
		lock, err := os.Stat(filepath.Join(r.web, "package-lock.json"))
		if err != nil {
			return err
		}
		if there, err := os.Stat(filepath.Join(r.web, "node_modules", ".package-lock.json")); err == nil &&
			there.ModTime().After(lock.ModTime()) && os.Getenv("CI") == "" {
			return nil
		}
		_, err = r.output(r.web, nil, "npm", "ci", "--no-audit", "--no-fund", "--prefer-offline")
		return err
	})
}

func (r *runner) webLint() {
	r.stage("biome and the page's import rule", []string{stageNpm}, r.npm("lint"))
	r.stage("tsc", []string{stageNpm}, r.npm("typecheck"))
}

// webBuild builds the page; the build fails when it is over its budget of bytes.
func (r *runner) webBuild() {
	r.stage(stagePage, []string{stageNpm}, r.npm("build"))
}

func (r *runner) npm(script string) func() error {
	return func() error {
		_, err := r.output(r.web, nil, "npm", "run", script)
		return err
	}
}

func (r *runner) webTest() {
	r.stage("vitest", []string{stageNpm}, func() error {
		report := r.log("vitest.json")
		_, err := r.output(r.web, nil, "npx", "--no-install", "vitest", "run", "--reporter=default", "--reporter=json", "--outputFile.json="+report)
		var result struct {
			NumPassedTests, NumFailedTests, NumPendingTests, NumTodoTests int
			TestResults                                                   []struct {
				Name             string
				Status           string
				AssertionResults []struct{ FullName, Status string }
			}
		}
		if err2 := readJSON(report, &result); err2 != nil {
			return errors.Join(err, err2)
		}
		r.passed += result.NumPassedTests
		failed := 0
		for _, file := range result.TestResults {
			name, _ := filepath.Rel(r.web, file.Name)
			before := failed
			for _, test := range file.AssertionResults {
				if test.Status != "passed" {
					failed++
					r.fail(fmt.Sprintf("web/%s %s (%s)", name, test.FullName, test.Status))
				}
			}
			if file.Status != "passed" && failed == before {
				failed++
				r.fail("web/" + name)
			}
		}
		return r.verdict(result.NumPassedTests, failed, err)
	})
}

// e2e drives a real browser against the real binary with its demo company. A test has a company of its own, so that
// trying one again begins from nothing: what passes only then is told, and passes.
func (r *runner) e2e() {
	r.stage("playwright", []string{stageNpm, stagePage, stageBinary}, func() error {
		chromium, err := findChromium()
		if err != nil {
			return err
		}
		report := r.log("playwright.json")
		_, err = r.output(r.web, []string{"SALLYPORT_CHROMIUM=" + chromium,
			"SALLYPORT_BINARY=" + filepath.Join(r.root, "bin", "sallyport"), "PLAYWRIGHT_JSON_OUTPUT_FILE=" + report},
			"npx", "--no-install", "playwright", "test", "--reporter=json", "--retries=1")
		var result struct {
			Suites []browserSuite
			Errors []struct{ Message string }
		}
		if err2 := readJSON(report, &result); err2 != nil {
			return errors.Join(err, err2)
		}
		passed, before := 0, r.failed
		for _, s := range result.Suites {
			passed += r.browsed(s)
		}
		r.passed += passed
		for _, e := range result.Errors {
			r.fail("playwright")
			fmt.Println(indent(e.Message))
		}
		failed := r.failed - before
		fmt.Printf("    %d passed, %d failed\n", passed, failed)
		if failed == 0 && (err != nil || passed == 0) {
			return errors.Join(errors.New("no test of a browser failed, and yet they did not all pass"), err)
		}
		return errCounted
	})
}

// verdict prints the counts of a stage that counted by itself, and what its command said if it failed.
func (r *runner) verdict(passed, failed int, err error) error {
	fmt.Printf("    %d passed, %d failed\n", passed, failed)
	if err == nil && passed+failed == 0 {
		return errors.New("no test was run")
	}
	if err != nil && failed == 0 {
		return err
	}
	if err != nil {
		fmt.Println(indent(err.Error()))
	}
	return errCounted
}

func readJSON(path string, into any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("no report of the tests: %w", err)
	}
	return json.Unmarshal(b, into)
}

func findChromium() (string, error) {
	if path := os.Getenv("SALLYPORT_CHROMIUM"); path != "" {
		return path, nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no Chromium: install it (Debian: apt-get install chromium), or set SALLYPORT_CHROMIUM to the path of one")
}
