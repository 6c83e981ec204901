package main

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/sallyport/sallyport"
)

// profile is what login keeps.
type profile struct {
	URL   string `json:"url"`
	Token string `json:"token"`
}

func (a *app) profilePath() (string, error) {
	if p := a.env("SALLYPORT_PROFILE"); p != "" {
		return p, nil
	}
	dir := a.env("XDG_CONFIG_HOME")
	if dir == "" {
		home := a.env("HOME")
		if home == "" {
			return "", nil
		}
		dir = filepath.Join(home, ".config")
	}
	return filepath.Join(dir, "sallyport", "login.json"), nil
}

// readProfile returns what login kept, or an empty profile.
func (a *app) readProfile() (profile, error) {
	var p profile
	path, err := a.profilePath()
	if err != nil || path == "" {
		return p, err
	}
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err != nil {
		return profile{}, sallyport.Errorf(sallyport.EInvalid, "%s cannot be read: %w", path, err).WithHint("Remove it and run sallyport login again.")
	}
	return p, nil
}

// writeProfile keeps address and token where only this user reads them.
func (a *app) writeProfile(p profile) (string, error) {
	path, err := a.profilePath()
	if err != nil || path == "" {
		return "", sallyport.Errorf(sallyport.EInvalid, "there is no home directory to keep the login in").WithHint("Set HOME, or SALLYPORT_URL and SALLYPORT_TOKEN.")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return path, err
	}
	b, _ := json.MarshalIndent(p, "", "  ")
	temp := path + ".new"
	_ = os.Remove(temp)
	if err := os.WriteFile(temp, append(b, '\n'), 0o600); err != nil {
		return path, err
	}
	return path, os.Rename(temp, path)
}
